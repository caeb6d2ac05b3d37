"""Does what the ledger says agree with the state tables? Replays it and compares row for row."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any
from uuid import UUID

from psycopg.rows import dict_row
from sqlalchemy import Table
from sqlmodel import SQLModel

from atmpflow.journey import Facts, apply, begin
from models.append import journey_fixed, journey_values
from models.changes import Change, Insert, Put, table_name
from models.database import Connection
from models.history import recorded
from models.journey import Journey
from models.projection import changes
from models.tables import STATE

Row = dict[str, Any]
Tables = dict[type[SQLModel], list[Row]]

AT_ONCE = 200
"""Journeys that are compared in one round of queries."""

LEDGER = (
    "SELECT seq, name, payload, actor, role, occurred_at, journey_id, recorded_at, hash"
    " FROM ledger WHERE journey_id = ANY(%s) ORDER BY journey_id, seq"
)


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where table and ledger disagree; `key` is the row's primary key.

    `column` is empty where the whole row is only in one of the two: then `stored` or `replayed`
    is None and the other holds the row.
    """

    table: str
    key: tuple[Any, ...]
    column: str
    stored: Any
    replayed: Any


def replay(connection: Connection) -> list[Difference]:
    """Every difference between the state tables and what the whole ledger says they are.

    Only reads. It must be the first thing in its transaction, which it makes one snapshot, so
    that commands that come in meanwhile are no differences.
    """
    connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
    found: Any = connection.execute("SELECT id FROM journey ORDER BY id").fetchall()
    journeys: list[UUID] = [row[0] for row in found]
    rounds = (journeys[at : at + AT_ONCE] for at in range(0, len(journeys), AT_ONCE))
    return [difference for some in rounds for difference in _compare(connection, some)]


def _compare(connection: Connection, journeys: Sequence[UUID]) -> Iterator[Difference]:
    replayed = replayed_rows(connection, journeys)
    for table in STATE:
        stored = _stored_rows(connection, table, journeys)
        yield from _differences(table, stored, replayed.get(table, []))


def _stored_rows(
    connection: Connection, table: type[SQLModel], journeys: Sequence[UUID]
) -> list[Row]:
    column = "id" if table is Journey else "journey_id"
    query: Any = f"SELECT * FROM {table_name(table)} WHERE {column} = ANY(%s)"  # noqa: S608
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query, (list(journeys),)).fetchall()


def replayed_rows(connection: Connection, journeys: Sequence[UUID]) -> Tables:
    """The rows of every state table as the ledger of these journeys tells them."""
    tables: Tables = defaultdict(list)
    ledger: Any = connection.execute(LEDGER, (list(journeys),)).fetchall()
    for journey, rows in groupby(ledger, key=itemgetter(6)):
        _replay_one(journey, rows, tables)
    return tables


def _replay_one(journey: UUID, rows: Iterable[Sequence[Any]], tables: Tables) -> None:
    """One journey, event by event, into rows of its own."""
    own: Tables = defaultdict(list)
    facts: Facts | None = None
    for *event, _, recorded_at, head in rows:
        row = recorded(event)
        facts = apply(facts, row) if facts else begin(journey, row)
        own[Journey] = [{**journey_fixed(facts), **journey_values(facts, head, recorded_at)}]
        for change in changes(row, facts):
            _change(own, change)
    for table, found in own.items():
        tables[table] += found


def _change(tables: Tables, change: Change) -> None:
    """What `models.changes.statement` does in SQL, done to rows in memory."""
    rows = tables[change.table]
    if isinstance(change, Insert):
        rows.append(dict(change.values))
        return
    matching = [row for row in rows if _holds(row, change.key)]
    if isinstance(change, Put) and not matching:
        rows.append({**change.key, **change.values})
    for row in matching:
        row.update(change.values)


def _holds(row: Row, key: Mapping[str, Any]) -> bool:
    return all(row.get(column) == value for column, value in key.items())


def _sql_table(table: type[SQLModel]) -> Table:
    found: Any = table.__table__  # pyright: ignore[reportAttributeAccessIssue]
    return found


def _by_key(table: Table, rows: Iterable[Row]) -> dict[tuple[Any, ...], Row]:
    columns = [column.name for column in table.primary_key.columns]
    return {tuple(row.get(column) for column in columns): row for row in rows}


def _differences(
    kind: type[SQLModel], stored: Iterable[Row], replayed: Iterable[Row]
) -> Iterator[Difference]:
    table, name = _sql_table(kind), table_name(kind)
    left, right = _by_key(table, stored), _by_key(table, replayed)
    for key in sorted({*left, *right}, key=str):
        here, there = left.get(key), right.get(key)
        if here is None or there is None:
            yield Difference(name, key, "", here, there)
            continue
        for column in [column.name for column in table.columns]:
            if here.get(column) != there.get(column):
                yield Difference(name, key, column, here.get(column), there.get(column))
