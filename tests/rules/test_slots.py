"""Missed slots: as few as possible move, none overlaps, and cells do not expire in between."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atmpflow.commands.recovery import Reschedule
from atmpflow.decide import decide
from atmpflow.errors import Refused
from atmpflow.events.collection import CollectionCompleted
from atmpflow.people import Actor, Role
from atmpflow.rules.scheduling import Busy
from atmpflow.rules.slots import ORDER, judge_move, least_movement, slots_now
from tests.memory import LATE, asked, waiting_for

DAY = timedelta(days=1)
FACTS = waiting_for("start-manufacture")
HELD = slots_now(FACTS)
WHO = Actor("a-coordinator", Role.COORDINATOR)


def test_a_bed_that_was_missed_moves_alone():
    slots = least_movement(FACTS, "bed", (), not_before=HELD["bed"].starts_at + 2 * DAY)
    assert slots is not None
    assert [slot.kind for slot in slots] == ["bed"]
    assert slots[0].ends_at - slots[0].starts_at == HELD["bed"].ends_at - HELD["bed"].starts_at


def test_a_suite_missed_by_a_day_takes_the_bed_along_and_nothing_before_it():
    slots = least_movement(FACTS, "manufacture", (), not_before=HELD["manufacture"].ends_at)
    assert slots is not None
    assert [slot.kind for slot in slots] == ["manufacture", "bed"]


def test_a_taken_resource_is_passed_over():
    first = least_movement(FACTS, "bed", (), not_before=HELD["bed"].starts_at)
    assert first is not None
    taken = [Busy(first[0].resource, first[0].starts_at, first[0].ends_at)]
    second = least_movement(FACTS, "bed", taken, not_before=HELD["bed"].starts_at)
    assert second is not None
    assert second[0].resource != first[0].resource


@given(st.sampled_from(ORDER), st.integers(0, 100))
def test_what_is_proposed_is_allowed_unless_the_material_expires_first(kind, days: int):
    slots = least_movement(FACTS, kind, (), not_before=HELD[kind].starts_at + days * DAY)
    assert slots
    assert slots[0].kind == kind
    assert slots[0].starts_at >= HELD[kind].starts_at + days * DAY
    codes = {reason.code for reason in judge_move(FACTS, slots).against}
    assert codes <= {"material-expires-first"}


def test_a_suite_after_the_cells_expired_is_refused_with_what_to_do():
    collected = FACTS.last(CollectionCompleted)
    assert collected is not None
    assert FACTS.since is not None
    slots = least_movement(FACTS, "manufacture", (), not_before=collected.expires_at, horizon=900)
    assert slots is not None
    command = Reschedule(occurred_at=FACTS.since, slots=slots, reason="missed")
    with pytest.raises(Refused) as refused:
        decide(command, FACTS, LATE, WHO)
    assert refused.value.code == "slots-impossible"
    assert "material-expires-first" in refused.value.message
    assert "order-recollection" in refused.value.remedy


def test_moved_slots_are_the_ones_that_are_held():
    assert FACTS.since is not None
    slots = least_movement(FACTS, "manufacture", (), not_before=HELD["manufacture"].ends_at)
    assert slots is not None
    moved = asked(FACTS, Reschedule(occurred_at=FACTS.since, slots=slots, reason="maker"), WHO)
    assert slots_now(moved) == HELD | {slot.kind: slot for slot in slots}
    assert (moved.stage, moved.position) == (FACTS.stage, FACTS.position)
