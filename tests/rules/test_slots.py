"""Missed slots: as few as possible move, none overlaps, and cells do not expire in between."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atmpflow.commands.recovery import Reschedule
from atmpflow.decide import decide
from atmpflow.errors import Refused
from atmpflow.events.admission import Slot, SlotsBooked
from atmpflow.events.collection import CollectionCompleted
from atmpflow.events.manufacture import ManufactureStarted
from atmpflow.people import Actor, Role
from atmpflow.rules.scheduling import CAPACITY, Busy, Kind
from atmpflow.rules.slots import ORDER, judge_move, least_movement, slots_now
from tests.memory import LATE, asked, opened, waiting_for, without
from tests.wording import against

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
    assert set(against(judge_move(FACTS, slots))) <= {"material-expires-first"}


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


def _slot(kind: Kind, *, begins: timedelta = timedelta(0), lasts: timedelta | None = None) -> Slot:
    """The slot that is held, moved by some time."""
    held = HELD[kind]
    start = held.starts_at + begins
    length = held.ends_at - held.starts_at if lasts is None else lasts
    return held.model_copy(update={"starts_at": start, "ends_at": start + length})


@pytest.mark.parametrize(
    ("slots", "codes"),
    [
        ([_slot("bed", begins=DAY)], []),
        ([_slot("bed", lasts=timedelta(0))], ["slot-empty"]),
        ([_slot("bed", lasts=-DAY)], ["slot-empty"]),
        ([_slot("bed"), _slot("bed", begins=DAY)], ["slot-twice"]),
        ([_slot("bed"), _slot("bed")], ["slot-twice"]),
        ([_slot("bed", begins=-90 * DAY)], ["slots-out-of-order"]),
        ([_slot("collection", begins=90 * DAY)], ["slots-out-of-order"]),
        (
            [_slot("bed", begins=-90 * DAY, lasts=-DAY)],
            ["slot-empty", "slots-out-of-order"],
        ),
    ],
)
def test_each_thing_wrong_with_a_move_is_named(slots: list[Slot], codes: list[str]):
    assert against(judge_move(FACTS, slots)) == codes


@given(st.lists(st.sampled_from(ORDER), min_size=1, max_size=6))
def test_no_move_has_two_slots_of_a_kind(kinds: list[Kind]):
    judged = judge_move(FACTS, [_slot(kind) for kind in kinds])
    assert judged.allowed == (len(set(kinds)) == len(kinds))


def test_without_booked_slots_none_is_held_and_none_can_move():
    assert slots_now(opened()) == {}
    judged = judge_move(opened(), [HELD["bed"]])
    assert against(judged) == ["slot-unknown"]
    assert judged.against[0].found == "no bed slot is held"


@pytest.mark.parametrize(("beyond", "codes"), [(-1, []), (0, ["material-expires-first"])])
def test_manufacture_begins_before_the_material_expires(beyond: int, codes: list[str]):
    collected = FACTS.last(CollectionCompleted)
    assert collected is not None
    begins = collected.expires_at + timedelta(seconds=beyond) - HELD["manufacture"].starts_at
    slots = [_slot(kind, begins=begins) for kind in ("manufacture", "bed")]
    judged = judge_move(FACTS, slots)
    assert against(judged) == codes
    expiry = f"the material expires {collected.expires_at:%Y-%m-%d %H:%M} UTC"
    assert all(reason.found == expiry for reason in judged.against)
    assert against(judge_move(without(FACTS, CollectionCompleted), slots)) == []
    made = waiting_for("complete-manufacture")
    assert made.last(ManufactureStarted)
    assert against(judge_move(made, slots)) == []


def _moved(missed: Kind, later: timedelta, busy: Sequence[Busy] = ()) -> dict[Kind, timedelta]:
    """By how much each slot moves."""
    slots = least_movement(FACTS, missed, busy, not_before=HELD[missed].starts_at + later)
    assert slots is not None
    return {slot.kind: slot.starts_at - HELD[slot.kind].starts_at for slot in slots}


def test_what_is_missed_moves_by_whole_days_to_the_first_that_is_not_too_early():
    assert _moved("bed", timedelta(0)) == {"bed": timedelta(0)}
    assert _moved("bed", DAY) == {"bed": DAY}
    assert _moved("bed", DAY + timedelta(seconds=1)) == {"bed": 2 * DAY}
    assert _moved("bed", -3 * DAY) == {"bed": timedelta(0)}


def test_the_bed_keeps_its_distance_from_the_suite():
    assert _moved("manufacture", 2 * DAY) == {"manufacture": 2 * DAY, "bed": 2 * DAY}
    moved = _moved("collection", 5 * DAY)
    assert moved == dict.fromkeys(ORDER, 5 * DAY)


def test_a_slot_that_is_late_enough_stays_and_so_do_those_after_it():
    assert set(_moved("courier", timedelta(hours=1))) == {"courier", "manufacture", "bed"}
    assert set(_moved("courier", timedelta(0))) == {"courier"}


@pytest.mark.parametrize("left", range(1, CAPACITY["bed"] + 1))
def test_whichever_bed_is_left_is_taken(left: int):
    stem = HELD["bed"].resource.rpartition(" ")[0]
    at = HELD["bed"].starts_at
    others = [number for number in range(1, CAPACITY["bed"] + 1) if number != left]
    busy = [Busy(f"{stem} {number}", at, at + 99 * DAY) for number in others]
    slots = least_movement(FACTS, "bed", busy, not_before=at)
    assert slots is not None
    assert (slots[0].resource, slots[0].starts_at) == (f"{stem} {left}", at)


@pytest.mark.parametrize(("days", "found"), [(119, True), (120, False)])
def test_a_new_slot_is_looked_for_so_many_days_ahead(*, days: int, found: bool):
    stem, at = HELD["bed"].resource.rpartition(" ")[0], HELD["bed"].starts_at
    beds = range(1, CAPACITY["bed"] + 1)
    busy = [Busy(f"{stem} {number}", at, at + days * DAY) for number in beds]
    assert (least_movement(FACTS, "bed", busy, not_before=at) is not None) is found


def test_a_kind_that_was_never_booked_is_passed_over():
    booked = FACTS.last(SlotsBooked)
    assert booked is not None
    fewer = tuple(slot for slot in booked.slots if slot.kind != "courier")
    rows = tuple(
        replace(row, event=SlotsBooked(slots=fewer)) if row.event is booked else row
        for row in FACTS.history
    )
    facts = replace(FACTS, history=rows)
    slots = least_movement(facts, "collection", (), not_before=HELD["collection"].starts_at + DAY)
    assert slots is not None
    assert [slot.kind for slot in slots] == ["collection", "manufacture", "bed"]
