"""When collection, transit or a slot goes wrong: what each event changes in the state tables."""

from collections.abc import Iterator
from typing import Any

from atmpflow.events import recovery
from atmpflow.events.shipment import CourierBooked
from atmpflow.journey import Facts, Recorded
from atmpflow.message import Event
from atmpflow.rules.transit import couriers, on_the_road
from models.batch import Batch
from models.changes import Change, Insert, Update
from models.handover import HandOver, give_up, hand_over, in_state
from models.projections.common import Projection, free_slots
from models.projections.deviation import deviation_written_off
from models.scheduling import SlotBooking
from models.shipment import Shipment


def _written_off(event: recovery.WrittenOff, row: Recorded, facts: Facts) -> Iterator[Change]:
    yield from deviation_written_off(event, row, facts)
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
    giver, receiver = couriers(facts)[-2:]
    if on_the_road(facts) and giver != receiver:
        yield from hand_over(HandOver(giver, receiver), row, facts)


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
