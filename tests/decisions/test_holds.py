"""Nothing moves on a held journey until two different people have agreed, to all of its reasons."""

from datetime import timedelta

import pytest

from atmpflow.commands.after import LiftHold, PlaceHold
from atmpflow.errors import Refused
from atmpflow.events.after import HoldLifted
from atmpflow.journey import Facts
from atmpflow.people import Actor, Role
from atmpflow.waits import timers, waits_for
from tests.memory import asked, waiting_for

PHYSICIAN = Actor("a-physician", Role.PHYSICIAN)
PHARMACIST = Actor("a-pharmacist", Role.PHARMACIST)


def _hold(facts: Facts, reason: str = "DEV-1") -> Facts:
    at = facts.history[-1].occurred_at + timedelta(minutes=5)
    return asked(facts, PlaceHold(occurred_at=at, reason=reason), Actor("qa", Role.COMPLIANCE))


def _agree(facts: Facts, who: Actor) -> Facts:
    at = facts.history[-1].occurred_at + timedelta(minutes=5)
    return asked(facts, LiftHold(occurred_at=at, reason="CAPA-1"), who)


def test_one_persons_word_lifts_nothing():
    once = _agree(_hold(waiting_for("start-manufacture")), PHYSICIAN)
    assert once.hold is not None
    with pytest.raises(Refused) as refused:
        _agree(once, PHYSICIAN)
    assert (refused.value.code, refused.value.field) == ("lift-not-independent", "actor")
    assert _agree(once, PHARMACIST).hold is None


def test_a_person_does_not_count_twice_by_having_two_roles():
    once = _agree(_hold(waiting_for("start-manufacture")), PHYSICIAN)
    with pytest.raises(Refused):
        _agree(once, Actor(PHYSICIAN.id, Role.PHARMACIST))


def test_the_journey_waits_where_it_waited_before():
    facts = waiting_for("start-manufacture")
    held = _hold(facts)
    wait = waits_for(held)
    assert wait is not None
    assert wait.command == "lift-hold"
    free = _agree(_agree(held, PHYSICIAN), PHARMACIST)
    assert waits_for(free) == waits_for(facts)
    assert timers(free) == timers(facts)


def test_who_agreed_before_another_reason_came_has_not_agreed_to_that_one():
    once = _agree(_hold(waiting_for("start-manufacture")), PHYSICIAN)
    twice = _hold(once, "DEV-2")
    second = _agree(twice, PHARMACIST)
    assert second.hold is not None, "the physician never saw DEV-2"
    assert _agree(second, PHYSICIAN).hold is None


def test_a_new_hold_needs_two_new_agreements():
    free = _agree(_agree(_hold(waiting_for("start-manufacture")), PHYSICIAN), PHARMACIST)
    again = _hold(free)
    assert again.agreed == frozenset()
    assert _agree(again, PHYSICIAN).hold is not None


def test_what_is_not_held_cannot_be_lifted():
    with pytest.raises(Refused) as refused:
        _agree(waiting_for("start-manufacture"), PHYSICIAN)
    assert refused.value.code == "not-held"
    lifted = _agree(_agree(_hold(waiting_for("start-manufacture")), PHYSICIAN), PHARMACIST)
    assert len(lifted.all(HoldLifted)) == 1
