"""What an ended journey still holds, and what was given stays given."""

from datetime import timedelta
from uuid import UUID

import pytest

from atmpflow.commands.after import Withdraw
from atmpflow.commands.manufacture import RejectBatch
from atmpflow.commands.remaking import GiveUpManufacture
from atmpflow.commands.shipment import DecideDeviation, ReceiveShipment
from atmpflow.events.manufacture import BatchOpened
from atmpflow.journey import Facts
from atmpflow.people import Actor, Role
from desk.simulation.people import actor
from desk.simulation.step import present
from tests.conftest import Database
from tests.factories import ask, journey_at, move_of, waits_for, walk
from tests.models.rows import select


def _held_slots(database: Database, journey: UUID) -> int:
    free = "SELECT 1 FROM slot WHERE journey_id = %s AND released_at IS NULL"
    return len(select(database.app, free, journey))


def _withdrawn(database: Database, facts: Facts) -> None:
    withdraw = Withdraw(occurred_at=facts.history[-1].occurred_at, reason="patient-choice")
    ask(database.app, facts, withdraw, actor(Role.COORDINATOR))


def test_a_withdrawn_journey_gives_its_slots_back(database: Database):
    facts = journey_at(database.app, "record-collection")
    assert _held_slots(database, facts.journey) == 4
    _withdrawn(database, facts)
    assert _held_slots(database, facts.journey) == 0


def test_a_batch_that_is_given_up_gives_its_bed_back(database: Database):
    facts = journey_at(database.app, "certify-batch")
    opened = facts.last(BatchOpened)
    assert opened is not None
    assert facts.since is not None
    reject = RejectBatch(occurred_at=facts.since, batch=opened.batch, reason="OOS-1")
    ask(database.app, facts, reject, Actor("an-independent-qp", Role.QP))
    rejected = present(database.app, facts.journey)
    assert _held_slots(database, facts.journey) == 4, "kept for another batch"
    over = GiveUpManufacture(occurred_at=facts.since, reason="MDT-1")
    ask(database.app, rejected, over, actor(Role.PHYSICIAN))
    assert present(database.app, facts.journey).ended == "manufacture-failed"
    assert _held_slots(database, facts.journey) == 0


@pytest.mark.parametrize(("decision", "slots"), [("accept", 4), ("reject", 4)])
def test_a_shipment_that_was_decided_on_keeps_its_slots_until_the_team_has_decided_too(
    database: Database, decision: str, slots: int
):
    facts = journey_at(database.app, "receive-shipment")
    move = move_of(facts)
    assert isinstance(move.command, ReceiveShipment)
    broken = move.command.model_copy(update={"seal_intact": False})
    ask(database.app, facts, broken, move.actor)
    facts = walk(database.app, facts.journey, waits_for("decide-deviation"))
    at = facts.history[-1].occurred_at + timedelta(hours=1)
    decide = DecideDeviation.model_validate(
        {"occurred_at": at, "decision": decision, "justification": "DEV-1"}
    )
    ask(database.app, facts, decide, Actor("a-qp", Role.QP))
    assert _held_slots(database, facts.journey) == slots


def test_withdrawing_later_does_not_take_back_what_was_given(database: Database):
    facts = journey_at(database.app, "record-follow-up")
    _withdrawn(database, facts)
    states = select(
        database.app,
        "SELECT state FROM unit WHERE journey_id = %s AND kind = 'product'",
        facts.journey,
    )
    assert states == [("given",)]


def test_withdrawing_between_two_doses_withdraws_only_the_second(database: Database):
    facts = journey_at(database.app, "administer-dose", "aucatzyl")
    facts = walk(database.app, facts.journey, waits_for("clear-for-administration"))
    _withdrawn(database, facts)
    states = select(
        database.app,
        "SELECT state FROM unit WHERE journey_id = %s AND kind = 'product' ORDER BY unit",
        facts.journey,
    )
    assert states == [("given",), ("to-destroy",)]
