"""SupplyDelivery: each shipment, out with the material or to the centre with the product."""

from collections.abc import Iterator

from atmpflow.events.recovery import CourierChanged
from atmpflow.events.shipment import (
    CourierBooked,
    ShipmentCollected,
    ShipmentDelivered,
    ShipmentPacked,
    ShipmentReceived,
)
from atmpflow.fhir import medication, systems
from atmpflow.fhir.elements import Element, concept, extension, identifier, period
from atmpflow.fhir.organization import named
from atmpflow.fhir.telling import Telling, Told
from atmpflow.fhir.units import Unit, units
from atmpflow.journey import Recorded

STEPS = (ShipmentPacked, ShipmentCollected, ShipmentDelivered, ShipmentReceived, CourierChanged)


def tell(telling: Telling) -> Iterator[Told]:
    """Every shipment that was booked, also those that did not arrive."""
    every = units(telling)
    for row, event in telling.ever(CourierBooked):
        yield _one(telling, row, event, every)


def _one(telling: Telling, row: Recorded, event: CourierBooked, every: dict[str, Unit]) -> Told:
    steps = {kind: telling.follows(row, kind) for kind in STEPS}
    collected, delivered = steps[ShipmentCollected], steps[ShipmentDelivered]
    changed = steps[CourierChanged]
    courier = changed.event if changed else event
    assert isinstance(courier, CourierBooked | CourierChanged)  # noqa: S101 - as asked for
    packed = steps[ShipmentPacked]
    elements = {
        "extension": [extension("carrier", valueReference=named(courier.courier))],
        "identifier": _numbers(event, courier.reference, packed),
        "status": _status(telling, row, steps[ShipmentReceived]),
        "patient": telling.patient,
        "type": concept(event.leg),
        "suppliedItem": _item(telling, packed, every),
        "occurrencePeriod": period(
            collected and collected.occurred_at, delivered and delivered.occurred_at
        ),
        "supplier": named(event.sender),
        "destination": {"display": event.receiver},
    }
    rows = (row, *(one for one in steps.values() if one))
    return telling.made("SupplyDelivery", (row.seq, event.shipment), elements, *rows)


def _status(telling: Telling, row: Recorded, received: Recorded | None) -> str:
    if received:
        return "completed"
    lost = telling.facts.ended or not telling.counts(row)
    return "abandoned" if lost else "in-progress"


def _numbers(event: CourierBooked, reference: str, packed: Recorded | None) -> list[Element]:
    ours = identifier(systems.URI, f"urn:uuid:{event.shipment}")
    numbers = [ours, identifier(f"{systems.ATMPFLOW}courier-reference", reference)]
    if packed is None or not isinstance(packed.event, ShipmentPacked):
        return numbers
    found = {"shipper": packed.event.shipper, "seal": packed.event.seal}
    logger = {"logger": packed.event.logger}
    every = {**found, **logger}.items()
    return [*numbers, *(identifier(f"{systems.ATMPFLOW}{name}", one) for name, one in every)]


def _item(telling: Telling, packed: Recorded | None, every: dict[str, Unit]) -> Element | None:
    """What is in the shipper; nothing is, until it was packed."""
    if packed is None or not isinstance(packed.event, ShipmentPacked):
        return None
    unit = every.get(packed.event.scanned_unit)
    if unit is None:
        return None
    to = telling.to("BiologicallyDerivedProduct", unit.number)
    found: Element = {"extension": [extension("unit", valueReference=to)]}
    if unit.material:
        return {**found, "itemCodeableConcept": concept("starting material")}
    return {**found, "itemReference": medication.of(telling, unit)}
