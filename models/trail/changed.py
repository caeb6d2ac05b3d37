"""What each event of a journey changed: from what to what, as the projections say."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any
from uuid import UUID

from sqlmodel import SQLModel

from atmpflow.journey import Facts, apply, begin
from models.append import journey_fixed, journey_values
from models.changes import Change, Insert, Update, table_name
from models.database import Connection
from models.history import recorded
from models.journey import Journey
from models.projection import changes
from models.replay import LEDGER, Row, Tables, found_by, put_in

FOLLOWS = frozenset({"id", "journey_id", "version", "head", "changed_at"})
"""Columns that say nothing of their own: they follow from that there was an event."""


@dataclass(frozen=True, slots=True)
class Changed:
    """One value: of which record, and what it was before; None where there was none."""

    record: str
    key: str
    field: str
    old: Any
    new: Any


Places = Mapping[tuple[UUID, int], Sequence[Changed]]
"""What was changed, by journey and number of the event."""


def changed_in(connection: Connection, journeys: Sequence[UUID]) -> Places:
    """What every event of these journeys changed."""
    found: dict[tuple[UUID, int], Sequence[Changed]] = {}
    rows: Any = connection.execute(LEDGER, (list(journeys),)).fetchall()
    for journey, told in groupby(rows, key=itemgetter(6)):
        facts: Facts | None = None
        tables: Tables = defaultdict(list)
        for row in told:
            event = recorded(row[:6])
            facts = apply(facts, event) if facts else begin(journey, event)
            found[journey, event.seq] = [
                *_own_row(tables, facts, row),
                *(one for change in changes(event, facts) for one in _one(tables, change)),
            ]
    return found


def _own_row(tables: Tables, facts: Facts, row: Sequence[Any]) -> list[Changed]:
    """What became of the journey's own row."""
    before: Row = tables[Journey][0] if tables[Journey] else {}
    after = {**journey_fixed(facts), **journey_values(facts, row[8], row[7])}
    tables[Journey] = [after]
    return list(_differing(Journey, before, after, key=""))


def _one(tables: Tables, change: Change) -> list[Changed]:
    """What one change makes of the rows that it finds, or of a new one."""
    found, after = _found(tables, change)
    said = [
        one
        for before in found
        for one in _differing(change.table, before, after, key=_key(change.table, before or after))
    ]
    put_in(tables, change)
    return said


def _found(tables: Tables, change: Change) -> tuple[list[Row], Mapping[str, Any]]:
    """The rows that a change is of, an empty one for a new row; and the values that it gives."""
    if isinstance(change, Insert):
        return [{}], change.values
    found = found_by(tables[change.table], change.key)
    if found or isinstance(change, Update):
        return found, change.values
    return [{}], {**change.key, **change.values}


def _differing(
    table: type[SQLModel], before: Row, after: Mapping[str, Any], *, key: str
) -> Iterator[Changed]:
    for field, new in after.items():
        old = before.get(field)
        if field not in FOLLOWS and old != new:
            yield Changed(table_name(table), key, field, old, new)


def _key(table: type[SQLModel], row: Mapping[str, Any]) -> str:
    """What tells a row from the others of its journey."""
    columns: Any = table.__table__.primary_key.columns  # pyright: ignore[reportAttributeAccessIssue]
    names = [one.name for one in columns if one.name != "journey_id"]
    return " ".join(str(row.get(name)) for name in names)
