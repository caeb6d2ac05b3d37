"""What a later look found: checks before a mismatch, and a death between two visits."""

from dataclasses import replace
from datetime import timedelta

import pytest

from atmpflow.commands.administration import CheckIdentity
from atmpflow.commands.after import LiftHold
from atmpflow.errors import Refused
from atmpflow.events.administration import PreparationIdentityConfirmed
from atmpflow.people import Role
from desk.simulation.people import actor
from tests.memory import asked, next_command, waiting_for

MINUTE = timedelta(minutes=1)


def _check(facts, **changes):
    command = next_command(facts).command
    assert isinstance(command, CheckIdentity)
    at = facts.history[-1].occurred_at + MINUTE
    return command.model_copy(update={"occurred_at": at, **changes})


def _lifted(facts):
    for role in (Role.PHYSICIAN, Role.PHARMACIST):
        at = facts.history[-1].occurred_at + MINUTE
        facts = asked(facts, LiftHold(occurred_at=at, reason="DEV-1"), actor(role))
    return facts


def test_a_check_made_before_a_mismatch_does_not_count_after_it():
    facts = waiting_for("check-identity", "kymriah")
    facts = asked(facts, _check(facts), actor(Role.CHECKER, 1))
    facts = asked(facts, _check(facts, scanned_patient="ATF-OTHER"), actor(Role.CHECKER, 2))
    facts = _lifted(facts)

    facts = asked(facts, _check(facts), actor(Role.CHECKER, 2))
    assert facts.last(PreparationIdentityConfirmed) is None
    facts = asked(facts, _check(facts), actor(Role.CHECKER, 1))
    assert facts.last(PreparationIdentityConfirmed) is not None


def test_a_death_found_at_a_visit_ends_the_journey():
    facts = waiting_for("record-follow-up", "kymriah")

    visit = next_command(facts)

    facts = asked(facts, visit.command.model_copy(update={"alive": False}), visit.actor)

    assert facts.ended == "died"
    with pytest.raises(Refused, match="journey-ended"):
        asked(facts, visit.command, visit.actor)


def _before_dose(facts):
    while next_command(facts).command.name != "administer-dose":
        move = next_command(facts)
        facts = asked(facts, move.command, move.actor)
    return facts


def test_no_more_is_given_than_the_unit_holds():
    facts = _before_dose(waiting_for("check-identity", "kymriah"))
    move = next_command(facts)

    with pytest.raises(Refused, match="volume-too-large"):
        asked(facts, move.command.model_copy(update={"volume_ml": 500.0}), move.actor)


def test_a_dose_may_not_begin_before_the_later_of_both_checks():
    facts = _before_dose(waiting_for("check-identity", "kymriah"))
    dose = next_command(facts)
    *earlier, last = facts.history
    early = [row for row in earlier if row.event.name == "identity.checked"][-1]
    later = dose.command.started_at + MINUTE
    moved = [replace(row, occurred_at=later) if row is early else row for row in earlier]
    facts = replace(facts, history=(*moved, last))

    with pytest.raises(Refused, match="date-impossible"):
        asked(facts, dose.command, dose.actor)
