"""Joint slots never overlap what is taken, and keep the order of the journey."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atmpflow.events.admission import Slot
from atmpflow.products.catalogue import catalogue, product
from atmpflow.rules.scheduling import CAPACITY, LEAD, Busy, first_joint_slots, is_free, needs

MADE = sorted(code for code, spec in catalogue().items() if spec.manufacture)
NOW = datetime(2026, 3, 1, 10, 30, tzinfo=UTC)
MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
NOON = datetime(2026, 3, 2, 12, 34, 56, 789, tzinfo=UTC)
DAY = timedelta(days=1)


@st.composite
def calendars(draw: st.DrawFn) -> list[Busy]:
    """Bookings on numbered resources of one centre, in the weeks after NOW."""
    taken: list[Busy] = []
    for kind in draw(st.lists(st.sampled_from(sorted(CAPACITY)), max_size=30)):
        name = "Novartis Pharmaceuticals UK Ltd suite" if kind == "manufacture" else f"R0A {kind}"
        number = draw(st.integers(1, CAPACITY[kind]))
        start = NOW + draw(st.integers(0, 40)) * DAY
        taken.append(Busy(f"{name} {number}", start, start + draw(st.integers(1, 30)) * DAY))
    return taken


def _overlaps(slot: Slot, taken: Busy) -> bool:
    same = slot.resource == taken.resource
    return same and max(slot.starts_at, taken.starts_at) < min(slot.ends_at, taken.ends_at)


@given(code=st.sampled_from(MADE), busy=calendars())
def test_no_slot_overlaps_what_is_taken_and_one_of_each_is_held(code: str, busy: list[Busy]):
    slots = first_joint_slots(product(code), "R0A", busy, after=NOW)
    assert slots is not None
    assert [slot.kind for slot in slots] == ["collection", "courier", "manufacture", "bed"]
    assert not any(_overlaps(slot, taken) for slot in slots for taken in busy)
    assert all(earlier.ends_at <= later.starts_at for earlier, later in pairwise(slots))
    assert slots[0].starts_at >= NOW + LEAD - DAY


@given(busy=calendars())
def test_a_fuller_calendar_never_gives_an_earlier_day(busy: list[Busy]):
    spec = product("kymriah")
    empty, full = (first_joint_slots(spec, "R0A", one, after=NOW) for one in ([], busy))
    assert empty is not None
    assert full is not None
    assert empty[0].starts_at <= full[0].starts_at


def _hours(slot: Slot) -> tuple[str, float, float]:
    begins, ends = ((one - MONDAY) / timedelta(hours=1) for one in (slot.starts_at, slot.ends_at))
    return slot.resource, begins, ends


def test_each_slot_has_its_hours_after_midnight_of_the_day_of_collection():
    assert [_hours(slot) for slot in needs(product("kymriah"), "R0A", day=MONDAY)] == [
        ("R0A collection", 8, 16),
        ("R0A courier", 16, 18),
        ("Novartis Pharmaceuticals UK Ltd suite", 24, 24 + 2 * 24),
        ("R0A bed", (1 + 23 + 2) * 24, (1 + 23 + 2 + 14) * 24),
    ]


def test_a_product_from_stock_needs_no_days_of_manufacture():
    bed = needs(product("ebvallo"), "R0A", day=MONDAY)[-1]
    assert _hours(bed) == ("R0A bed", 3 * 24, 17 * 24)


def test_a_long_name_of_a_maker_is_cut():
    named = product("kymriah").model_copy(update={"holder": "H" * 200})
    assert needs(named, "R0A", day=MONDAY)[2].resource == "H" * 80 + " suite"


@pytest.mark.parametrize("after", [MONDAY, MONDAY + DAY - timedelta(microseconds=1), NOON])
def test_the_first_day_is_three_days_ahead_and_begins_at_midnight(after: datetime):
    slots = first_joint_slots(product("kymriah"), "R0A", [], after=after)
    assert slots is not None
    assert slots[0].starts_at == MONDAY + 3 * DAY + timedelta(hours=8)


@pytest.mark.parametrize(("days", "found"), [(364, True), (365, False)])
def test_a_slot_is_looked_for_one_year_ahead(*, days: int, found: bool):
    until = MONDAY + LEAD + days * DAY
    taken = [Busy(f"R0A courier {n}", MONDAY, until) for n in range(1, CAPACITY["courier"] + 1)]
    slots = first_joint_slots(product("kymriah"), "R0A", taken, after=MONDAY)
    assert (slots is not None) is found


@pytest.mark.parametrize("left", range(1, CAPACITY["courier"] + 1))
def test_whichever_one_is_left_is_given(left: int):
    others = [n for n in range(1, CAPACITY["courier"] + 1) if n != left]
    taken = [Busy(f"R0A courier {n}", MONDAY, MONDAY + 99 * DAY) for n in others]
    slots = first_joint_slots(product("kymriah"), "R0A", taken, after=MONDAY)
    assert slots is not None
    assert slots[1].resource == f"R0A courier {left}"


def test_when_every_bed_is_taken_there_is_no_day():
    taken = [
        Busy(f"R0A bed {number}", NOW, NOW + 3000 * DAY) for number in range(1, CAPACITY["bed"] + 1)
    ]
    assert first_joint_slots(product("kymriah"), "R0A", taken, after=NOW) is None
    assert first_joint_slots(product("kymriah"), "R0A", taken[1:], after=NOW) is not None


def test_a_slot_may_begin_when_another_ends():
    slot = needs(product("kymriah"), "R0A", day=NOW)[0]
    assert is_free(slot, [Busy(slot.resource, slot.ends_at, slot.ends_at + DAY)])
    assert not is_free(slot, [Busy(slot.resource, slot.starts_at, slot.starts_at + DAY)])
    assert is_free(slot, [Busy(slot.resource, slot.starts_at - DAY, slot.starts_at)])
    assert not is_free(slot, [Busy(slot.resource, slot.ends_at - DAY, slot.ends_at)])
