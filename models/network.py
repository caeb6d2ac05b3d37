"""The network's reference data: who refers, treats, makes, carries and coordinates.

Codes are ODS codes; Scottish boards stand under their GSS code, and who has no verified ODS code
under one of our own with the prefix `X-`. Codes, names and dates of NHS bodies contain public
sector information licensed under the Open Government Licence v3.0 (NHS Digital ODS, 2022).
"""

import csv
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKeyConstraint
from sqlmodel import Field, SQLModel

from atmpflow.rules.organisation import KINDS, Listed
from models.database import Connection

SEED = Path(__file__).parent / "seed"


class Organisation(SQLModel, table=True):
    """One organisation under one code. A closed one stays, so that old records keep their name.

    `closed` is the last day in force; `successor` the code to use afterwards.
    """

    __tablename__ = "organisation"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        CheckConstraint(
            f"kind IN ({', '.join(repr(kind) for kind in KINDS)})", name="organisation_kind"
        ),
        CheckConstraint("ods_code ~ '^(X-)?[A-Z0-9-]{3,20}$'", name="organisation_code"),
        CheckConstraint("length(btrim(name)) > 0", name="organisation_name"),
        CheckConstraint(
            "opened IS NULL OR closed IS NULL OR opened <= closed", name="organisation_dates"
        ),
        CheckConstraint(
            "successor IS NULL OR (closed IS NOT NULL AND successor <> ods_code)",
            name="organisation_successor",
        ),
        # Checked at commit, so that a seed may name a successor that stands further down.
        ForeignKeyConstraint(
            ["successor"],
            ["organisation.ods_code"],
            name="organisation_successor_known",
            deferrable=True,
            initially="DEFERRED",
        ),
    )

    ods_code: str = Field(primary_key=True, max_length=22)
    name: str = Field(max_length=200)
    kind: str = Field(max_length=20)
    network: str | None = Field(default=None, max_length=40)
    country: str | None = Field(default=None, max_length=20)
    opened: date | None = None
    closed: date | None = None
    successor: str | None = Field(default=None, max_length=22)
    source: str = Field(max_length=80)


def seed() -> tuple[Organisation, ...]:
    """Every organisation of the seed files, by code. Reads files and nothing else."""
    rows = (row for file in sorted(SEED.glob("*.csv")) for row in _rows(file))
    return tuple(sorted((_organisation(row) for row in rows), key=lambda one: one.ods_code))


def listed(organisations: Iterable[Organisation]) -> dict[str, Listed]:
    """A directory of organisations by code, as the rules look at it."""
    return {
        one.ods_code: Listed(one.name, one.kind, one.opened, one.closed, one.successor)
        for one in organisations
    }


LISTED = "SELECT ods_code, name, kind, opened, closed, successor FROM organisation"


def directory(connection: Connection) -> dict[str, Listed]:
    """The directory as the database holds it now."""
    rows: list[Any] = connection.execute(LISTED).fetchall()
    return {code: Listed(*columns) for code, *columns in rows}


def _rows(file: Path) -> Iterator[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines, strict=True)


def _organisation(row: dict[str, str]) -> Organisation:
    return Organisation(
        ods_code=row["code"],
        name=row["name"],
        kind=row["kind"],
        network=row["network"] or None,
        country=row["country"] or None,
        opened=_day(row["opened"]),
        closed=_day(row["closed"]),
        successor=row["successor"] or None,
        source=row["source"],
    )


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
