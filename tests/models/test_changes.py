"""Changes as statements: what each says, and that what a command sends stays parsed."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from models import record as door
from models.changes import Change, Put, Together, Update, statement
from models.ledger import Outbox
from models.reaction import Timer
from tests.conftest import Database
from tests.factories import journey_at

NOW = datetime(2026, 1, 5, tzinfo=UTC)
KEPT_VALUES, KEPT_CHARACTERS = 50, 4096
"""psycopg parses a statement with more of either anew each time."""


def test_what_is_empty_is_looked_for_without_a_value() -> None:
    journey = uuid4()
    key = {"journey_id": journey, "fired_at": None}
    sql, values = statement(Update(Timer, key, {"cancelled_at": NOW}))
    assert sql == "UPDATE timer SET cancelled_at = %s WHERE journey_id = %s AND fired_at IS NULL"
    assert values == [NOW, journey]


def test_changes_that_go_together_are_one_statement_with_their_values_in_order() -> None:
    event, journey = uuid4(), uuid4()
    told = Put(Outbox, {"event_id": event}, {"recorded_at": NOW})
    gone = Update(Timer, {"journey_id": journey}, {"cancelled_at": NOW})
    sql, values = statement(Together((told, gone)))
    assert sql.startswith("WITH change_0 AS (INSERT INTO outbox (event_id, recorded_at) VALUES")
    assert sql.endswith(") UPDATE timer SET cancelled_at = %s WHERE journey_id = %s")
    assert values == [event, NOW, NOW, journey]


def test_a_channel_is_notified_in_the_same_statement() -> None:
    gone = Update(Timer, {"journey_id": uuid4()}, {"cancelled_at": NOW})
    sql, values = statement(Together((gone,), notify="atmpflow"))
    assert sql.endswith("SELECT pg_notify('atmpflow', '')")
    assert len(values) == 2


def test_what_a_command_after_the_referral_sends_is_short_enough_to_stay_parsed(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[tuple[str, list[Any]]] = []
    run = door.run

    def watched(cursor: Any, change: Change | Together) -> None:
        sent.append(statement(change))
        run(cursor, change)

    monkeypatch.setattr(door, "run", watched)
    journey_at(database.app, "record-follow-up")
    sent = [one for one in sent if "INSERT INTO journey" not in one[0]]  # once a journey
    assert len(sent) > 100
    assert max(len(values) for _, values in sent) <= KEPT_VALUES
    assert max(len(sql) for sql, _ in sent) <= KEPT_CHARACTERS
