"""When collection, transit or a slot goes wrong: what each event changes in the state tables."""

from collections.abc import Iterator
from typing import Any

from atmpflow.events import recovery
from atmpflow.events.shipment import CourierBooked, ShipmentCollected, ShipmentReceived
from atmpflow.journey import Facts, Recorded
from atmpflow.message import Event
from models.batch import Batch
from models.changes import Change, Insert, Update
from models.handover import give_up, hand_over, in_state
from models.projections.common import Projection, free_slots
from models.scheduling import SlotBooking
from models.shipment import Shipment


def _written_off(event: recovery.WrittenOff, row: Recorded, facts: Facts) -> Iterator[Change]:
    for unit in event.units:
        yield in_state(unit, "written-off")
        yield give_up(unit, row)
    if event.batch is not None:
        yield Update(
            Batch, {"batch": event.batch, "rejected_at": None}, {"rejected_at": row.occurred_at}
        )
    yield from free_slots(row, facts)


def _courier(event: recovery.CourierChanged, row: Recorded, facts: Facts) -> Iterator[Change]:
    booked = facts.last(CourierBooked)
    key: dict[str, Any] = {"id": booked.shipment if booked else None}
    yield Update(Shipment, key, {"courier": event.courier, "reference": event.reference})
    collected, received = facts.recorded(ShipmentCollected), facts.recorded(ShipmentReceived)
    if collected and (received is None or received[0].seq < collected[0].seq):
        yield from hand_over(event.courier, row, facts)


def _moved(event: recovery.SlotsMoved, row: Recorded, facts: Facts) -> Iterator[Change]:
    for slot in event.slots:
        key = {"journey_id": facts.journey, "kind": slot.kind, "released_at": None}
        yield Update(SlotBooking, key, {"released_at": row.occurred_at})
        yield Insert(
            SlotBooking, {"journey_id": facts.journey, "seq": row.seq, **slot.model_dump()}
        )


PROJECTIONS: dict[type[Event], Projection] = {
    recovery.RecollectionOrdered: _written_off,
    recovery.ReplacementOrdered: _written_off,
    recovery.SupplyGivenUp: _written_off,
    recovery.CourierChanged: _courier,
    recovery.SlotsMoved: _moved,
}
