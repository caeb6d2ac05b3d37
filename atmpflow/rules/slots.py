"""Which slots does a journey hold now, and which new ones move the fewest of them?"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from atmpflow.events.admission import Slot, SlotsBooked
from atmpflow.events.collection import CollectionCompleted
from atmpflow.events.manufacture import ManufactureStarted
from atmpflow.events.recovery import SlotsMoved
from atmpflow.journey import Facts
from atmpflow.rules.scheduling import CAPACITY, Busy, Kind, is_free
from atmpflow.verdict import Reason, Verdict, verdict

DAY = timedelta(days=1)
ORDER: tuple[Kind, ...] = ("collection", "courier", "manufacture", "bed")
"""In which order a journey uses its slots."""

SOURCE = "the product file's clock of the starting material"


def slots_now(facts: Facts) -> dict[Kind, Slot]:
    """The slot of each kind that the journey holds."""
    booked = facts.last(SlotsBooked)
    held: dict[Kind, Slot] = {slot.kind: slot for slot in booked.slots} if booked else {}
    for _, event in facts.all(SlotsMoved):
        held |= {slot.kind: slot for slot in event.slots}
    return held


def judge_move(facts: Facts, slots: Sequence[Slot]) -> Verdict:
    """Each replaces one that is held, once, in order of use; manufacture before expiry."""
    held = slots_now(facts)
    after = held | {slot.kind: slot for slot in slots}
    in_order = [after[kind].starts_at for kind in ORDER if kind in after]
    return verdict(
        (
            *(
                Reason("slot-unknown", f"no {slot.kind} slot is held", SOURCE)
                for slot in slots
                if slot.kind not in held
            ),
            *(
                Reason("slot-empty", f"the {slot.kind} slot ends before it starts", SOURCE)
                for slot in slots
                if slot.ends_at <= slot.starts_at
            ),
            *(
                Reason("slot-twice", f"more than one {kind} slot", SOURCE)
                for kind, times in Counter(slot.kind for slot in slots).items()
                if times > 1
            ),
            Reason("slots-out-of-order", "collection, courier, manufacture, bed", SOURCE)
            if in_order != sorted(in_order)
            else None,
            _expires_first(facts, after.get("manufacture")),
        )
    )


def _expires_first(facts: Facts, suite: Slot | None) -> Reason | None:
    """The material that is there must still be in date when manufacture begins."""
    collected = facts.last(CollectionCompleted)
    if suite is None or collected is None or facts.last(ManufactureStarted):
        return None
    if suite.starts_at < collected.expires_at:
        return None
    found = f"the material expires {collected.expires_at:%Y-%m-%d %H:%M} UTC"
    return Reason("material-expires-first", found, SOURCE)


def least_movement(
    facts: Facts, missed: Kind, busy: Sequence[Busy], *, not_before: datetime, horizon: int = 120
) -> tuple[Slot, ...] | None:
    """New slots after one was missed: that one moves, and of those after it only what must.

    Lengths stay. None where there is nothing free within the horizon (days).
    """
    held = slots_now(facts)
    moved: list[Slot] = []
    earliest = not_before
    for kind in ORDER[ORDER.index(missed) :]:
        slot = held.get(kind)
        if slot is None:
            continue
        if kind != missed and slot.starts_at >= earliest:
            break
        found = _first_free(slot, busy, earliest, horizon)
        if found is None:
            return None
        moved.append(found)
        earliest = found.ends_at if kind != "manufacture" else found.starts_at + _gap(held)
    return tuple(moved)


def _gap(held: dict[Kind, Slot]) -> timedelta:
    """From the start of manufacture to the bed, as it was planned."""
    if "bed" not in held or "manufacture" not in held:
        return timedelta(0)
    return held["bed"].starts_at - held["manufacture"].starts_at


def _first_free(slot: Slot, busy: Sequence[Busy], earliest: datetime, horizon: int) -> Slot | None:
    stem = slot.resource.rpartition(" ")[0]
    lasts = slot.ends_at - slot.starts_at
    days = max(0, -((slot.starts_at - earliest) // DAY))
    for offset in range(days, days + horizon):
        for number in range(1, CAPACITY[slot.kind] + 1):
            start = slot.starts_at + offset * DAY
            fields = {"resource": f"{stem} {number}", "starts_at": start, "ends_at": start + lasts}
            found = slot.model_copy(update=fields)
            if start >= earliest and is_free(found, busy):
                return found
    return None
