"""Putting certified units of allogeneic products on the shelf."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine

from models.database import transaction


@dataclass(frozen=True, slots=True)
class Shelved:
    """A certified unit, with the HLA type of its donor and the alleles its cells act through."""

    unit: str
    product: str
    batch: str
    hla: tuple[str, ...]
    restricted_by: tuple[str, ...]
    expires_at: datetime
    certified_by: str
    donation: str | None = None


def shelve(engine: Engine, units: Iterable[Shelved], by: str = "") -> int:
    """Add units to the stock, as this account; those that are there already stay as they are."""
    added = 0
    with transaction(engine) as connection:
        connection.execute("SELECT set_config('atmpflow.account', %s, true)", (by,))
        for one in units:
            cursor = connection.execute(
                "INSERT INTO stock_unit"
                " (unit, product, batch, hla, restricted_by, expires_at, certified_by, donation)"
                " VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
                (
                    one.unit,
                    one.product,
                    one.batch,
                    " ".join(one.hla),
                    " ".join(one.restricted_by),
                    one.expires_at,
                    one.certified_by,
                    one.donation,
                ),
            )
            added += cursor.rowcount
    return added
