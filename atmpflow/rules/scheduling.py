"""Which joint slot is the first that every resource can give?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from atmpflow.events.admission import Slot
from atmpflow.products.spec import ProductSpec

Kind = Literal["collection", "courier", "manufacture", "bed"]
DAY = timedelta(days=1)
LEAD = timedelta(days=3)
"""Operational default: days between booking and collection, for line and courier."""

SUITE_DAYS = 2
"""Days a manufacturing suite is held for receipt and start of one batch (planning figure)."""

BED_DAYS = 14
"""Days a bed is held for conditioning, administration and first monitoring (planning figure)."""


@dataclass(frozen=True, slots=True)
class Busy:
    """A resource that is taken from `starts_at` until (not including) `ends_at`."""

    resource: str
    starts_at: datetime
    ends_at: datetime


CAPACITY = {"collection": 3, "courier": 4, "manufacture": 12, "bed": 6}
"""How many of each resource there are; an operational default until sites keep their own."""


def needs(product: ProductSpec, centre: str, *, day: datetime) -> tuple[Slot, ...]:
    """What one journey needs when collection is on `day` (midnight UTC), by kind of resource."""
    hour, made = timedelta(hours=1), day + DAY
    home = made + timedelta(days=product.manufacture.days if product.manufacture else 0) + 2 * DAY
    wanted: tuple[tuple[Kind, str, datetime, datetime], ...] = (
        ("collection", f"{centre} collection", day + 8 * hour, day + 16 * hour),
        ("courier", f"{centre} courier", day + 16 * hour, day + 18 * hour),
        ("manufacture", f"{product.holder[:80]} suite", made, made + SUITE_DAYS * DAY),
        ("bed", f"{centre} bed", home, home + BED_DAYS * DAY),
    )
    return tuple(
        Slot(kind=kind, resource=resource, starts_at=start, ends_at=end)
        for kind, resource, start, end in wanted
    )


def is_free(slot: Slot, busy: Sequence[Busy]) -> bool:
    """Is the slot's resource free for the whole of it?"""
    return not any(
        slot.resource == taken.resource
        and slot.starts_at < taken.ends_at
        and taken.starts_at < slot.ends_at
        for taken in busy
    )


def _first_free(need: Slot, busy: Sequence[Busy]) -> Slot | None:
    numbered = (
        need.model_copy(update={"resource": f"{need.resource} {number}"})
        for number in range(1, CAPACITY[need.kind] + 1)
    )
    return next((slot for slot in numbered if is_free(slot, busy)), None)


def first_joint_slots(
    product: ProductSpec, centre: str, busy: Sequence[Busy], *, after: datetime, horizon: int = 365
) -> tuple[Slot, ...] | None:
    """The earliest day in the horizon on which each resource has one free; none: no such day."""
    first = (after + LEAD).replace(hour=0, minute=0, second=0, microsecond=0)
    for offset in range(horizon):
        wanted = needs(product, centre, day=first + offset * DAY)
        slots = tuple(slot for need in wanted if (slot := _first_free(need, busy)) is not None)
        if len(slots) == len(wanted):
            return slots
    return None
