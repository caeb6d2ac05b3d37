"""What the engine looks up before it acts: free resources, stock, shipments and journeys."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from atmpflow.errors import Refused
from atmpflow.journey import Facts
from atmpflow.rules.scheduling import Busy
from models.database import Connection
from models.history import load


def unknown_journey() -> Refused:
    """What is said of an id that names no journey."""
    return Refused(
        "journey-unknown",
        "journey",
        "There is no such journey.",
        "Give a journey id or chain-of-identity id; list them: atmpflow journeys.",
    )


def require_new(state: object | None) -> None:
    """A referral opens a journey; under another key it opens none a second time.

    Raises Refused `journey-exists`.
    """
    if state is not None:
        raise Refused(
            "journey-exists",
            "journey",
            "There is a journey of this id already.",
            "Look at that journey. A new referral has an id of its own.",
        )


def facts_of(connection: Connection, journey: UUID) -> Facts:
    """The facts of a journey as they are now. Raises Refused `journey-unknown`."""
    row: Any = connection.execute("SELECT head FROM journey WHERE id = %s", (journey,)).fetchone()
    if row is None:
        raise unknown_journey()
    return load(connection, journey, row[0])


def journey_by(connection: Connection, text: str) -> UUID:
    """The journey with this id or chain-of-identity id. Raises Refused `journey-unknown`."""
    row: Any = connection.execute(
        "SELECT id FROM journey WHERE id::text = lower(%(t)s) OR coi = upper(%(t)s)", {"t": text}
    ).fetchone()
    if row is None:
        raise unknown_journey()
    return row[0]


def busy(connection: Connection, after: datetime) -> list[Busy]:
    """Every booking that has not ended by `after`."""
    rows: Any = connection.execute(
        "SELECT resource, starts_at, ends_at FROM slot"
        " WHERE released_at IS NULL AND ends_at > %s ORDER BY starts_at",
        (after,),
    ).fetchall()
    return [Busy(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class Stock:
    """A unit on the shelf that no journey has."""

    unit: str
    batch: str
    hla: tuple[str, ...]
    restricted_by: tuple[str, ...]
    expires_at: datetime
    certified_by: str


def stock(connection: Connection, product: str, at: datetime) -> Sequence[Stock]:
    """Free units of a product, in date and not recalled, the shortest-dated first."""
    rows: Any = connection.execute(
        "SELECT unit, batch, hla, restricted_by, expires_at, certified_by FROM stock_unit s"
        " WHERE product = %s AND expires_at > %s"
        " AND NOT EXISTS (SELECT FROM unit u WHERE u.unit = s.unit)"
        " AND NOT EXISTS (SELECT FROM recall r WHERE r.recall_class < 4 AND (r.kind, r.lot) IN"
        " (('batch', s.batch), ('unit', s.unit), ('donation', s.donation)))"
        " ORDER BY expires_at, unit",
        (product, at),
    ).fetchall()
    return [
        Stock(unit, batch, tuple(hla.split()), tuple(restricted.split()), expires, by)
        for unit, batch, hla, restricted, expires, by in rows
    ]
