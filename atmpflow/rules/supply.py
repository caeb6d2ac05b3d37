"""Which units may this patient be given, certified by whom, and until when?"""

from dataclasses import dataclass
from datetime import datetime

from atmpflow.events.admission import OrderConfirmed, UnitAllocated
from atmpflow.events.collection import CollectionCompleted
from atmpflow.events.manufacture import BatchCertified, ManufactureCompleted
from atmpflow.journey import Facts


@dataclass(frozen=True, slots=True)
class Supply:
    """The finished units of a journey."""

    units: tuple[str, ...]
    expires_at: datetime
    certified_by: str | None


def supply(facts: Facts) -> Supply | None:
    """The units made, ordered or allocated for this journey; none yet: none."""
    given = facts.last(OrderConfirmed) or facts.last(UnitAllocated)
    if given:
        return Supply(given.units, given.expires_at, given.certified_by)
    made = facts.last(ManufactureCompleted)
    if not made:
        return None
    certified = facts.recorded(BatchCertified)
    return Supply(made.units, made.expires_at, certified[0].actor.id if certified else None)


def units_in_transit(facts: Facts) -> tuple[str, ...]:
    """What the present leg carries: the finished units where there are any, else the material."""
    finished = supply(facts)
    if finished:
        return finished.units
    collected = facts.last(CollectionCompleted)
    return (collected.unit,) if collected else ()
