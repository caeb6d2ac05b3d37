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
from models.append import (
    Header,
    journey_fixed,
    journey_values,
    owed_changes,
    timer_changes,
)
from models.changes import Change, Insert, Put, Update, table_name
from models.database import Connection
from models.history import recorded
from models.journey import Journey
from models.projection import changes
from models.reaction import Reaction, Timer
from models.tables import STATE

Row = dict[str, Any]
Tables = dict[type[SQLModel], list[Row]]
Fired = tuple[int, Update]
"""A journey's version, and what a timer that fired then changed."""

AT_ONCE = 200
"""Journeys that are compared in one round of queries."""

LEDGER = (
    "SELECT seq, name, payload, actor, role, occurred_at, journey_id, recorded_at, hash, command_id"
    " FROM ledger WHERE journey_id = ANY(%s) ORDER BY journey_id, seq"
)

FIRED = (
    "SELECT journey_id, version, payload ->> 'kind', (payload ->> 'due_at')::timestamptz,"
    " received_at FROM command WHERE journey_id = ANY(%s) AND name = 'fire-timer'"
    " AND outcome = 'accepted' ORDER BY journey_id, version, received_at"
)

COMPARED: dict[type[SQLModel], tuple[tuple[str, ...], tuple[str, ...]]] = {
    # Who answers it, how often it was tried and when is the engine's day-to-day business.
    Reaction: (("journey_id", "seq", "stage"), ("cause", "created_at")),
}
"""Tables of which only some columns follow from the ledger: what finds a row, what is compared."""


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
    # It holds nobody up, and may compute for long between two queries.
    connection.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
    return compared(connection)


def compared(connection: Connection) -> list[Difference]:
    """Every difference, as this transaction sees the tables."""
    rows: Any = connection.execute("SELECT id FROM journey ORDER BY id").fetchall()
    return [*compared_of(connection, [row[0] for row in rows]), *_orphans(connection)]


def compared_of(connection: Connection, journeys: Sequence[UUID]) -> list[Difference]:
    """The differences of some journeys, as this transaction sees the tables."""
    rounds = (journeys[at : at + AT_ONCE] for at in range(0, len(journeys), AT_ONCE))
    return [difference for some in rounds for difference in compare(connection, some)]


def _orphans(connection: Connection) -> Iterator[Difference]:
    """Rows of a journey that does not exist, where somebody went past the foreign keys."""
    for kind in (*STATE[1:], Timer, Reaction):
        query: Any = (
            f"SELECT t.* FROM {table_name(kind)} t"  # noqa: S608
            " WHERE NOT EXISTS (SELECT FROM journey j WHERE j.id = t.journey_id)"
        )
        with connection.cursor(row_factory=dict_row) as cursor:
            yield from _differences(kind, cursor.execute(query).fetchall(), ())


def compare(connection: Connection, journeys: Sequence[UUID]) -> Iterator[Difference]:
    """Every difference between the state rows of these journeys and what their ledgers say."""
    replayed = replayed_rows(connection, journeys)
    for table in (*STATE, Timer, Reaction):
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
    fired = _fired(connection, journeys)
    for journey, rows in groupby(ledger, key=itemgetter(6)):
        _replay_one(journey, rows, tables, fired=fired[journey])
    return tables


def _fired(connection: Connection, journeys: Sequence[UUID]) -> dict[UUID, list[Fired]]:
    """Timers that were told to fire, each at the version its journey had then."""
    found: dict[UUID, list[Fired]] = defaultdict(list)
    rows: Any = connection.execute(FIRED, (list(journeys),)).fetchall()
    for journey, version, kind, due_at, at in rows:
        key = {"journey_id": journey, "kind": kind, "due_at": due_at, "cancelled_at": None}
        found[journey].append((version, Update(Timer, key, {"fired_at": at})))
    return found


def _replay_one(
    journey: UUID, rows: Iterable[Sequence[Any]], tables: Tables, *, fired: Sequence[Fired]
) -> None:
    """One journey, command by command and event by event, into rows of its own."""
    own: Tables = defaultdict(list)
    facts: Facts | None = None
    for _, told in groupby(rows, key=itemgetter(9)):
        facts = _replay_command(journey, facts, list(told), own)
        for version, change in fired:
            if version == facts.version:
                put_in(own, change)
    for table, found in own.items():
        tables[table] += found


def _replay_command(
    journey: UUID, before: Facts | None, told: Sequence[Sequence[Any]], own: Tables
) -> Facts:
    facts = before
    for row in told:
        event, recorded_at, head = recorded(row[:6]), row[7], row[8]
        facts = apply(facts, event) if facts else begin(journey, event)
        own[Journey] = [{**journey_fixed(facts), **journey_values(facts, head, recorded_at)}]
        for change in changes(event, facts):
            put_in(own, change)
    assert facts is not None  # noqa: S101 - a command has events here
    newest = facts.history[-1]
    header = Header(journey, told[-1][9], newest.actor, newest.occurred_at, told[-1][7])
    for change in (*timer_changes(before, facts, header), *owed_changes(before, facts, header)):
        put_in(own, change)
    return facts


def put_in(tables: Tables, change: Change) -> None:
    """What `models.changes.statement` does in SQL, done to rows in memory."""
    rows = tables[change.table]
    if isinstance(change, Insert):
        rows.append(dict(change.values))
        return
    matching = found_by(rows, change.key)
    if isinstance(change, Put) and not matching:
        rows.append({**change.key, **change.values})
    for row in matching:
        row.update(change.values)


def found_by(rows: Iterable[Row], key: Mapping[str, Any]) -> list[Row]:
    """The rows that a key finds."""
    return [row for row in rows if all(row.get(column) == one for column, one in key.items())]


def _sql_table(table: type[SQLModel]) -> Table:
    found: Any = table.__table__  # pyright: ignore[reportAttributeAccessIssue]
    return found


def _by_key(key: Sequence[str], rows: Iterable[Row]) -> dict[tuple[Any, ...], Row]:
    return {tuple(row.get(column) for column in key): row for row in rows}


def _columns(kind: type[SQLModel]) -> tuple[Sequence[str], Sequence[str]]:
    """The columns that find a row, and those that are compared."""
    table = _sql_table(kind)
    key = [column.name for column in table.primary_key.columns]
    return COMPARED.get(kind) or (key, [column.name for column in table.columns])


def _differences(
    kind: type[SQLModel], stored: Iterable[Row], replayed: Iterable[Row]
) -> Iterator[Difference]:
    name = table_name(kind)
    by, columns = _columns(kind)
    left, right = _by_key(by, stored), _by_key(by, replayed)
    for key in sorted({*left, *right}, key=str):
        here, there = left.get(key), right.get(key)
        if here is None or there is None:
            yield Difference(name, key, "", here, there)
            continue
        for column in columns:
            if here.get(column) != there.get(column):
                yield Difference(name, key, column, here.get(column), there.get(column))
