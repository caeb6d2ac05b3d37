"""Which units may this patient be given, certified by whom, and until when?"""

from dataclasses import dataclass
from datetime import datetime

from atmpflow.events.administration import DoseAdministered
from atmpflow.events.admission import OrderConfirmed, UnitAllocated
from atmpflow.events.collection import CollectionCompleted
from atmpflow.events.damage import ProductDamaged
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


def damaged(facts: Facts) -> tuple[str, ...]:
    """Units that broke, spilled or ran out of their window: never given, in no attempt."""
    return tuple(event.scanned_unit for _, event in facts.ever(ProductDamaged))


def usable(facts: Facts) -> tuple[str, ...]:
    """The finished units that were neither given nor damaged."""
    stock = supply(facts)
    gone = {event.scanned_unit for _, event in facts.ever(DoseAdministered)} | {*damaged(facts)}
    return tuple(unit for unit in stock.units if unit not in gone) if stock else ()


def units_in_transit(facts: Facts) -> tuple[str, ...]:
    """What the present leg carries: the finished units where there are any, else the material."""
    finished = supply(facts)
    if finished:
        return finished.units
    collected = facts.last(CollectionCompleted)
    return (collected.unit,) if collected else ()
