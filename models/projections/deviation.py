"""Deviations: what each event changes in the state tables."""

from collections.abc import Iterator

from atmpflow.events.recovery import WrittenOff
from atmpflow.events.shipment import (
    CourierBooked,
    DeviationAccepted,
    DeviationRejected,
    ShipmentQuarantined,
)
from atmpflow.journey import Facts, Recorded
from atmpflow.rules.deviation import DECIDE_WITHIN, OWNER
from atmpflow.rules.supply import units_in_transit
from models.changes import Change, Insert, Update
from models.deviation import Deviation


def deviation_opened(event: ShipmentQuarantined, row: Recorded, facts: Facts) -> Iterator[Change]:
    """One for each unit of the leg, with an owner and a deadline."""
    booked = facts.last(CourierBooked)
    values = {
        "journey_id": facts.journey,
        "seq": row.seq,
        "shipment_id": booked.shipment if booked else None,
        "leg": booked.leg if booked else "",
        "reasons": " ".join(one.code for one in event.objections),
        "owner": str(OWNER),
        "opened_at": row.occurred_at,
        "due_at": row.occurred_at + DECIDE_WITHIN,
    }
    for unit in units_in_transit(facts):
        yield Insert(Deviation, {**values, "unit": unit})


def deviation_decided(
    event: DeviationAccepted | DeviationRejected, row: Recorded, facts: Facts
) -> Iterator[Change]:
    """Whatever is open in the journey is decided, all its units alike."""
    yield _closed(event.name.partition(".")[2], event.justification, row, facts)


def deviation_written_off(event: WrittenOff, row: Recorded, facts: Facts) -> Iterator[Change]:
    """What nobody will use needs no other decision."""
    yield _closed("written-off", event.reason, row, facts)


def _closed(decision: str, justification: str, row: Recorded, facts: Facts) -> Change:
    said = {"decision": decision, "justification": justification}
    by = {"decided_at": row.occurred_at, "decided_by": row.actor.id}
    return Update(Deviation, {"journey_id": facts.journey, "decision": None}, {**said, **by})
