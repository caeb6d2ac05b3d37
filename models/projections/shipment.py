"""A shipment leg: what each event changes in the state tables."""

from collections.abc import Iterator
from typing import Any

from atmpflow.events import shipment
from atmpflow.journey import Facts, Recorded
from atmpflow.message import Event
from atmpflow.rules.transit import courier
from models.changes import Change, Insert, Update
from models.handover import HandOver, all_in_state, came_out, hand_over
from models.projections.common import Projection
from models.projections.deviation import deviation_decided, deviation_opened
from models.shipment import Shipment


def _leg(facts: Facts) -> dict[str, Any]:
    booked = facts.last(shipment.CourierBooked)
    return {"id": booked.shipment if booked else None}


def _booked(event: shipment.CourierBooked, row: Recorded, facts: Facts) -> Iterator[Change]:
    values = event.model_dump(exclude={"shipment"})
    yield Insert(Shipment, {"id": event.shipment, "journey_id": facts.journey, **values})


def _packed(event: shipment.ShipmentPacked, row: Recorded, facts: Facts) -> Iterator[Change]:
    values = {"shipper": event.shipper, "seal": event.seal, "logger": event.logger}
    yield Update(Shipment, _leg(facts), {**values, "packed_at": row.occurred_at})


def _picked_up(event: shipment.ShipmentCollected, row: Recorded, facts: Facts) -> Iterator[Change]:
    yield Update(Shipment, _leg(facts), {"collected_at": row.occurred_at})
    booked, packed = facts.last(shipment.CourierBooked), facts.last(shipment.ShipmentPacked)
    sender = booked.sender if booked else ""
    hands = HandOver(sender, courier(facts), receiver_scan=event.scanned_shipper)
    yield from hand_over(hands, row, facts, packed=packed.scanned_unit if packed else None)


def _delivered(event: shipment.ShipmentDelivered, row: Recorded, facts: Facts) -> Iterator[Change]:
    yield Update(Shipment, _leg(facts), {"delivered_at": row.occurred_at})
    booked = facts.last(shipment.CourierBooked)
    receiver = booked.receiver if booked else ""
    hands = HandOver(courier(facts), receiver, giver_scan=event.scanned_shipper)
    yield from hand_over(hands, row, facts)


def _received(event: shipment.ShipmentReceived, row: Recorded, facts: Facts) -> Iterator[Change]:
    yield Update(Shipment, _leg(facts), {"received_at": row.occurred_at})
    yield came_out(event.scanned_unit, facts.when(shipment.ShipmentDelivered))


def _logged(event: shipment.TemperatureLogged, row: Recorded, facts: Facts) -> Iterator[Change]:
    yield Update(Shipment, _leg(facts), {"log_sha256": event.file_sha256})


def _judged(
    event: shipment.ShipmentAccepted | shipment.ShipmentQuarantined, row: Recorded, facts: Facts
) -> Iterator[Change]:
    verdict = event.name.partition(".")[2]
    minutes = {"minutes_outside": event.minutes_outside}
    yield Update(Shipment, _leg(facts), {"verdict": verdict, **minutes})
    yield from all_in_state(facts, verdict)
    if isinstance(event, shipment.ShipmentQuarantined):
        yield from deviation_opened(event, row, facts)


def _deviation(
    event: shipment.DeviationAccepted | shipment.DeviationRejected, row: Recorded, facts: Facts
) -> Iterator[Change]:
    verdict = event.name.partition(".")[2]
    yield from deviation_decided(event, row, facts)
    yield Update(Shipment, _leg(facts), {"verdict": verdict})
    yield from all_in_state(facts, verdict)


def _on_site(event: Event, row: Recorded, facts: Facts) -> Iterator[Change]:
    yield from all_in_state(facts, "on-site")


PROJECTIONS: dict[type[Event], Projection] = {
    shipment.CourierBooked: _booked,
    shipment.ShipmentPacked: _packed,
    shipment.ShipmentCollected: _picked_up,
    shipment.ShipmentDelivered: _delivered,
    shipment.ShipmentReceived: _received,
    shipment.TemperatureLogged: _logged,
    shipment.ShipmentAccepted: _judged,
    shipment.ShipmentQuarantined: _judged,
    shipment.DeviationAccepted: _deviation,
    shipment.DeviationRejected: _deviation,
    shipment.ProductAccepted: _on_site,
}
