"""Which units are this journey's, and which label does each carry?

Source: EU GMP Part IV 11 (identity of each unit); JACIE/FACT (labels are replaced under two
signatures, and what the old one said is kept).
"""

from atmpflow.events.administration import DoseAdministered
from atmpflow.events.admission import OrderConfirmed, UnitAllocated
from atmpflow.events.collection import CollectionCompleted
from atmpflow.events.identity import RelabelProposed, UnitRelabelled
from atmpflow.events.manufacture import ManufactureCompleted
from atmpflow.journey import Facts


def units_of(facts: Facts) -> frozenset[str]:
    """Every unit of all attempts that was not given."""
    collected = {event.unit for _, event in facts.ever(CollectionCompleted)}
    finished = {
        unit
        for kind in (OrderConfirmed, UnitAllocated, ManufactureCompleted)
        for _, event in facts.ever(kind)
        for unit in event.units
    }
    given = {event.scanned_unit for _, event in facts.ever(DoseAdministered)}
    return frozenset((collected | finished) - given)


def label_version(facts: Facts, unit: str) -> int:
    """1 for the first label, one more for each that replaced it."""
    return 1 + sum(event.unit == unit for _, event in facts.all(UnitRelabelled))


def pending_label(facts: Facts, unit: str) -> RelabelProposed | None:
    """The label that one person has put on and nobody else has checked."""
    done = max(
        (row.seq for row, event in facts.all(UnitRelabelled) if event.unit == unit), default=0
    )
    proposed = [
        event for row, event in facts.all(RelabelProposed) if event.unit == unit and row.seq > done
    ]
    return proposed[-1] if proposed else None
