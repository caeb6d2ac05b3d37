"""Joint slots never overlap what is taken, and keep the order of the journey."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from atmpflow.events.admission import Slot
from atmpflow.products.catalogue import catalogue, product
from atmpflow.rules.scheduling import CAPACITY, LEAD, Busy, first_joint_slots, is_free, needs

MADE = sorted(code for code, spec in catalogue().items() if spec.manufacture)
NOW = datetime(2026, 3, 1, 10, 30, tzinfo=UTC)
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


def test_when_every_bed_is_taken_there_is_no_day():
    taken = [
        Busy(f"R0A bed {number}", NOW, NOW + 3000 * DAY) for number in range(1, CAPACITY["bed"] + 1)
    ]
    assert first_joint_slots(product("kymriah"), "R0A", taken, after=NOW) is None
    assert first_joint_slots(product("kymriah"), "R0A", taken[1:], after=NOW) is not None


def test_a_slot_may_begin_when_another_ends():
    slot = needs(product("kymriah"), "R0A", day=NOW)[0]
    assert is_free(slot, [Busy(slot.resource, slot.starts_at - DAY, slot.starts_at)])
    assert not is_free(slot, [Busy(slot.resource, slot.ends_at - DAY, slot.ends_at)])
