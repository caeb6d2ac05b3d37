"""To what does the patient agree at present, and what becomes of cells that are not given?

Source: Human Tissue Act 2004 s. 1 and HTA Code A (consent may be withdrawn at any time, each scope
on its own); UK GDPR Art. 7(3).
"""

from datetime import datetime

from atmpflow.events.admission import ConsentGiven, OrderConfirmed, Scope, UnitAllocated
from atmpflow.events.collection import CollectionCompleted
from atmpflow.events.consent import ConsentRenewed, ConsentWithdrawn, Keeper, LeftOver, Wish
from atmpflow.events.manufacture import ManufactureStarted
from atmpflow.events.shipment import CourierBooked, ShipmentCollected
from atmpflow.journey import Facts
from atmpflow.rules.remaking import kept_back
from atmpflow.rules.supply import supply, usable

SCOPES: dict[str, tuple[Scope, ...]] = {
    "autologous": ("collection", "treatment", "data", "follow-up"),
    "tissue-engineered": ("collection", "treatment", "data", "follow-up"),
    "allogeneic": ("treatment", "data", "follow-up"),
    "in-vivo": ("treatment", "data", "follow-up"),
}
"""What a patient must have agreed to (Human Tissue Act 2004; Reg. 1394/2007 Art. 15 follow-up)."""


def agreed_since(facts: Facts) -> dict[Scope, datetime]:
    """The scopes given and not withdrawn, each since when; a new form replaces the one before."""
    agreed: dict[Scope, datetime] = {}
    for row in facts.history:
        event = row.event
        if isinstance(event, ConsentWithdrawn):
            agreed = {scope: at for scope, at in agreed.items() if scope not in event.scopes}
        elif isinstance(event, ConsentRenewed):
            agreed |= dict.fromkeys(event.scopes, row.occurred_at)
        elif isinstance(event, ConsentGiven):
            agreed = dict.fromkeys(event.scopes, row.occurred_at)
    return agreed


def in_force(facts: Facts) -> frozenset[Scope]:
    """The scopes that were given and not withdrawn."""
    return frozenset(agreed_since(facts))


def taken_back_at(facts: Facts) -> datetime | None:
    """When the patient last took something back, whenever that was told."""
    return max((row.occurred_at for row, _ in facts.ever(ConsentWithdrawn)), default=None)


def withdrawn(facts: Facts) -> tuple[Scope, ...]:
    """What this pathway needs and the patient has taken back, in the order of the need."""
    taken = {scope for _, event in facts.all(ConsentWithdrawn) for scope in event.scopes}
    agreed = in_force(facts)
    needed = SCOPES[facts.product.pathway]
    return tuple(scope for scope in needed if scope in taken and scope not in agreed)


def wish(facts: Facts) -> Wish:
    """What the patient last said of cells that are not given; destroyed, where nothing was said."""
    last: Wish = "destroy"
    for row in facts.history:
        if isinstance(row.event, ConsentGiven | ConsentWithdrawn):
            last = row.event.unused_cells or last
    return last


def _keeper(facts: Facts) -> Keeper:
    """Who has the cells, or will when the shipment under way arrives."""
    booked, picked_up = facts.recorded(CourierBooked), facts.recorded(ShipmentCollected)
    if booked and picked_up and picked_up[0].seq > booked[0].seq:
        return "manufacturer" if booked[1].leg == "outbound" else "centre"
    if any(facts.last(kind) for kind in (ManufactureStarted, OrderConfirmed, UnitAllocated)):
        return "manufacturer"
    return "centre" if facts.last(CollectionCompleted) else "nobody"


def left_over(facts: Facts) -> LeftOver:
    """The cells that are there and were not given: which, with whom, and the patient's wish."""
    stock, collected = supply(facts), facts.last(CollectionCompleted)
    kept = kept_back(facts)
    units = (*usable(facts), *((kept,) if kept else ()))
    if not stock and collected and not facts.last(ManufactureStarted):
        units = (collected.unit,)
    in_process = bool(facts.last(ManufactureStarted)) and not stock
    if not (units or in_process):
        return LeftOver(unused_cells=wish(facts))
    return LeftOver(units=units, unused_cells=wish(facts), keeper=_keeper(facts))
