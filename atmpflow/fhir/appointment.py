"""Appointment: each slot that was booked for a journey, and what became of it."""

from collections.abc import Iterator

from atmpflow.events.administration import DoseAdministered
from atmpflow.events.admission import Slot, SlotsBooked
from atmpflow.events.collection import CollectionCompleted
from atmpflow.events.manufacture import ManufactureStarted
from atmpflow.events.recovery import SlotsMoved
from atmpflow.events.shipment import ShipmentCollected
from atmpflow.fhir.elements import Element, concept, moment
from atmpflow.fhir.telling import Telling, Told
from atmpflow.journey import Recorded
from atmpflow.message import Event

USED_BY: dict[str, type[Event]] = {
    "collection": CollectionCompleted,
    "courier": ShipmentCollected,
    "manufacture": ManufactureStarted,
    "bed": DoseAdministered,
}
"""What shows that a slot was used."""

WITH_PATIENT = ("collection", "bed")

Booking = tuple[Recorded, Slot]


def tell(telling: Telling) -> Iterator[Told]:
    """Every slot of every plan, the moved ones as cancelled."""
    bookings = list(_bookings(telling))
    for number, (row, slot) in enumerate(bookings):
        later = (other for other, one in bookings[number + 1 :] if one.kind == slot.kind)
        yield _one(telling, row, slot, next(later, None))


def _bookings(telling: Telling) -> Iterator[Booking]:
    for row in telling.facts.history:
        if isinstance(row.event, SlotsBooked | SlotsMoved):
            for slot in dict.fromkeys(row.event.slots):
                yield row, slot


def _one(telling: Telling, row: Recorded, slot: Slot, replaced: Recorded | None) -> Told:
    used = telling.next_after(row, USED_BY[slot.kind])
    if used and replaced and replaced.seq < used.seq:
        used = None
    status = "fulfilled" if used else "booked"
    if not used and (replaced or telling.facts.ended):
        status = "cancelled"
    why = "another slot" if replaced else telling.facts.ended
    elements = {
        "status": status,
        "cancelationReason": {"text": why} if status == "cancelled" else None,
        "serviceType": [concept(slot.kind)],
        "start": moment(slot.starts_at),
        "end": moment(slot.ends_at),
        "created": moment(row.occurred_at),
        "basedOn": [telling.request],
        "participant": _participants(telling, slot),
    }
    rows = (row, *(one for one in (used or replaced,) if one))
    return telling.made(
        "Appointment",
        (row.seq, slot.kind, slot.resource, slot.starts_at, slot.ends_at),
        elements,
        *rows,
    )


def _participants(telling: Telling, slot: Slot) -> list[Element]:
    place = {"actor": {"display": slot.resource}, "required": "required", "status": "accepted"}
    if slot.kind not in WITH_PATIENT:
        return [place]
    return [{"actor": telling.patient, "required": "required", "status": "accepted"}, place]
