"""What every command meets before its own decision: role, time, end, hold, turn and sequence."""

from datetime import timedelta

import pytest
from pydantic import ValidationError

from atmpflow.commands.after import PlaceHold, RecordFollowUp, Withdraw
from atmpflow.commands.shipment import DecideDeviation
from atmpflow.decide import SKEW, decide
from atmpflow.errors import Refused
from atmpflow.events.after import HoldPlaced
from atmpflow.events.collection import CollectionCompleted
from atmpflow.events.manufacture import ManufactureCompleted
from atmpflow.journey import Facts
from atmpflow.message import Command
from atmpflow.people import Actor, Role
from tests.memory import LATE, next_command, waiting_for, whole, with_event
from tests.wording import code_of

MINUTE = timedelta(minutes=1)
PHYSICIAN = Actor("a-physician", Role.PHYSICIAN)


def _refused(facts: Facts, command: Command, who: Actor) -> Refused:
    with pytest.raises(Refused) as refused:
        decide(command, facts, LATE, who)
    return refused.value


def test_a_role_without_the_right_reads_who_has_it():
    facts = waiting_for("start-manufacture")
    command = Withdraw(occurred_at=facts.history[-1].occurred_at, reason="clinical")
    refused = _refused(facts, command, Actor("a-courier", Role.COURIER))
    assert refused.message == "courier may not withdraw."
    roles = ", ".join(sorted(Withdraw.roles))
    assert refused.remedy == f"This command belongs to: {roles}."
    assert ", " in roles


def test_the_future_is_refused_from_a_moment_after_the_allowed_skew():
    facts = waiting_for("start-manufacture")
    move = next_command(facts)
    now = move.command.occurred_at - SKEW
    assert decide(move.command, facts, now, move.actor)
    with pytest.raises(Refused) as refused:
        decide(move.command, facts, now - timedelta(microseconds=1), move.actor)
    assert code_of(refused.value) == "date-in-future"
    assert timedelta(0) < SKEW <= timedelta(minutes=5)


def test_an_ended_a_held_and_a_waiting_journey_each_say_so_of_the_whole_command():
    done, waiting = whole()[-1], waiting_for("start-manufacture")
    at = waiting.history[-1].occurred_at
    hold = PlaceHold(occurred_at=at, reason="DEV-1")
    ended = _refused(done, hold.model_copy(update={"occurred_at": LATE}), PHYSICIAN)
    assert (code_of(ended), ended.field) == ("journey-ended", "")
    assert ended.message == "The journey has ended (completed)."
    move = next_command(waiting)
    held = _refused(with_event(waiting, HoldPlaced(reason="DEV-1"), at), move.command, move.actor)
    assert (code_of(held), held.field) == ("journey-held", "")
    assert held.message == "The journey is on hold (hold.placed)."
    visit = RecordFollowUp.model_construct(occurred_at=at, day=100)
    turn = _refused(waiting, visit, Actor("somebody", min(RecordFollowUp.roles)))
    assert (code_of(turn), turn.field) == ("out-of-order", "")


def test_a_step_before_its_predecessor_is_refused_and_a_hold_before_it_is_not():
    facts = waiting_for("start-manufacture")
    move, since = next_command(facts), facts.since
    assert since is not None
    early = move.command.model_copy(update={"occurred_at": since - MINUTE})
    refused = _refused(facts, early, move.actor)
    assert (code_of(refused), refused.field) == ("date-before-previous", "occurred_at")
    hold = PlaceHold(occurred_at=since - MINUTE, reason="DEV-1")
    assert decide(hold, facts, LATE, PHYSICIAN)


def test_whoever_made_the_batch_may_not_certify_it_and_may_still_hold_it():
    facts = waiting_for("certify-batch")
    made = facts.recorded(ManufactureCompleted)
    assert made is not None
    maker = Actor(made[0].actor.id, Role.QP)
    certify = next_command(facts).command
    assert _refused(facts, certify, maker).code == "qp-not-independent"
    hold = PlaceHold(occurred_at=certify.occurred_at, reason="DEV-1")
    assert decide(hold, facts, LATE, maker)
    assert Role.QP in PlaceHold.roles & DecideDeviation.roles


def test_material_is_used_up_to_its_expiry_and_not_at_it():
    facts = waiting_for("start-manufacture")
    move, collected = next_command(facts), facts.last(CollectionCompleted)
    assert collected is not None
    last = {"occurred_at": collected.expires_at - timedelta(microseconds=1)}
    assert decide(move.command.model_copy(update=last), facts, LATE, move.actor)
    expired = move.command.model_copy(update={"occurred_at": collected.expires_at})
    refused = _refused(facts, expired, move.actor)
    assert (code_of(refused), refused.field) == ("expired", "occurred_at")


@pytest.mark.parametrize("justification", [None, "", "  "])
@pytest.mark.parametrize("decision", ["accept", "reject"])
def test_nobody_decides_on_a_deviation_without_a_justification(
    decision: str, justification: str | None
):
    said = {"occurred_at": LATE, "decision": decision, "justification": justification}
    given = {name: value for name, value in said.items() if value is not None}
    with pytest.raises(ValidationError, match="justification"):
        DecideDeviation.model_validate(given)
