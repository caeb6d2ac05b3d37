"""The state tables are what the ledger says, row for row, in every pathway."""

# ruff: noqa: S608 - statements of the test's own

from typing import Any

import psycopg

from atmpflow.commands.after import Withdraw
from atmpflow.people import Role
from desk.simulation.people import actor
from models.changes import table_name
from models.database import transaction
from models.journey import Journey
from models.replay import Difference, replay
from models.tables import STATE
from tests.conftest import Database
from tests.factories import ask, finished, held, journey_at, lifted
from tests.invariants.stories import (
    excursion_rejected,
    label_replaced,
    short_collection,
    vector_recalled,
)

EVERY_PATHWAY = ("aucatzyl", "ebvallo", "zolgensma", "holoclar")


def _replayed(database: Database) -> list[Difference]:
    with transaction(database.app) as connection:
        return replay(connection)


def _change(database: Database, statement: str) -> None:
    with psycopg.connect(database.administrator) as connection:
        query: Any = statement
        connection.execute(query)


def test_whole_journeys_of_every_pathway_replay_to_their_tables(own_database: Database):
    for product in EVERY_PATHWAY:
        assert finished(own_database.app, product).ended == "completed"
    short_collection(own_database.app)
    label_replaced(own_database.app)
    vector_recalled(own_database.app)
    excursion_rejected(own_database.app)
    assert _replayed(own_database) == []
    with transaction(own_database.app) as connection:
        counts = {
            table_name(table): connection.execute(f"SELECT 1 FROM {table_name(table)}").rowcount
            for table in STATE
        }
    assert all(counts.values()), f"a state table that no pathway fills proves nothing: {counts}"


def test_held_withdrawn_and_unfinished_journeys_replay_too(own_database: Database):
    app = own_database.app
    held(app, journey_at(app, "start-manufacture"))
    lifted(app, held(app, journey_at(app, "confirm-order", "hemgenix")))
    facts = journey_at(app, "start-conditioning")
    assert facts.since is not None
    withdraw = Withdraw(occurred_at=facts.since, reason="clinical")
    ask(app, facts, withdraw, actor(Role.PHYSICIAN))
    assert _replayed(own_database) == []


def test_a_changed_a_missing_and_an_added_row_are_each_found(own_database: Database):
    facts = journey_at(own_database.app, "start-manufacture")
    _change(own_database, "UPDATE unit SET state = 'released'")
    _change(own_database, "DELETE FROM consent WHERE scope = 'data'")
    _change(
        own_database,
        "INSERT INTO batch (batch, journey_id, opened_at)"
        f" VALUES ('FORGED', '{facts.journey}', now())",
    )
    found = {(one.table, one.column): one for one in _replayed(own_database)}
    assert set(found) == {("unit", "state"), ("consent", ""), ("batch", "")}
    assert (found["unit", "state"].stored, found["unit", "state"].replayed) == (
        "released",
        "accepted",
    )
    assert found["consent", ""].stored is None
    assert found["batch", ""].replayed is None


HELD_BY_A_FOREIGN_KEY = {"id", "person_id", "centre"}
# A row cannot say that it has ended without saying when.
TOGETHER = {"ended": ", ended_at = now()", "ended_at": ", ended = 'x'"}
VALUES = {"version": "99", "head": "decode(repeat('00', 32), 'hex')"}


def _another(column: str) -> str:
    moment = column.endswith(("_at", "since", "until"))
    return VALUES.get(column, "now()" if moment else "'x'") + TOGETHER.get(column, "")


def test_a_journey_row_that_says_anything_else_is_found(own_database: Database):
    facts = journey_at(own_database.app, "record-screening")
    _change(own_database, "CREATE TABLE before AS TABLE journey")
    for column in sorted(set(Journey.model_fields) - HELD_BY_A_FOREIGN_KEY):
        _change(own_database, f"UPDATE journey SET {column} = {_another(column)}")
        found = _replayed(own_database)
        assert column in {one.column for one in found if one.key == (facts.journey,)}
        back = ", ".join(f"{name} = b.{name}" for name in sorted({column, *TOGETHER}))
        _change(own_database, f"UPDATE journey SET {back} FROM before b")
    assert _replayed(own_database) == []
