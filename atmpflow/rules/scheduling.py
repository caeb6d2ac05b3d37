"""Which joint slot is the first that every resource can give?"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from atmpflow.events.admission import Slot
from atmpflow.products.spec import ProductSpec

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


def joint_slots(product: ProductSpec, centre: str, *, day: datetime) -> tuple[Slot, ...]:
    """What one journey needs when collection is on `day` (midnight UTC)."""
    made = day + DAY
    home = made + timedelta(days=product.manufacture.days if product.manufacture else 0) + 2 * DAY
    return (
        Slot(
            kind="collection",
            resource=f"{centre} apheresis",
            starts_at=day + timedelta(hours=8),
            ends_at=day + timedelta(hours=16),
        ),
        Slot(
            kind="courier",
            resource=f"{centre} courier",
            starts_at=day + timedelta(hours=16),
            ends_at=day + timedelta(hours=18),
        ),
        Slot(
            kind="manufacture",
            resource=f"{product.holder[:80]} suite",
            starts_at=made,
            ends_at=made + SUITE_DAYS * DAY,
        ),
        Slot(
            kind="bed",
            resource=f"{centre} bed",
            starts_at=home,
            ends_at=home + BED_DAYS * DAY,
        ),
    )


def clashes(slots: Iterable[Slot], busy: Sequence[Busy]) -> bool:
    """Does any slot overlap what is taken?"""
    return any(
        slot.resource == taken.resource
        and slot.starts_at < taken.ends_at
        and taken.starts_at < slot.ends_at
        for slot in slots
        for taken in busy
    )


def first_joint_slots(
    product: ProductSpec, centre: str, busy: Sequence[Busy], *, after: datetime, horizon: int = 365
) -> tuple[Slot, ...] | None:
    """The earliest day in the horizon on which nothing clashes; none when there is none."""
    first = (after + LEAD).replace(hour=0, minute=0, second=0, microsecond=0)
    for offset in range(horizon):
        slots = joint_slots(product, centre, day=first + offset * DAY)
        if not clashes(slots, busy):
            return slots
    return None
