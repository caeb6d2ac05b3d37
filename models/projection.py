"""From events to rows: the state tables are what this says of the ledger, row for row."""

from collections.abc import Callable, Iterator
from typing import Any

from atmpflow.events import administration, admission, after, collection, manufacture, shipment
from atmpflow.journey import Facts, Recorded
from atmpflow.message import Event
from atmpflow.rules.supply import supply, units_in_transit
from models.administration import Administration, Consent, IdentityCheck, Visit
from models.batch import Batch
from models.changes import Change, Insert, Put, Update
from models.handover import all_in_state, give_up, hand_over, in_state, new_unit, take
from models.scheduling import SlotBooking
from models.shipment import Shipment

Projection = Callable[[Any, Recorded, Facts], Iterator[Change]]


def changes(row: Recorded, facts: Facts) -> Iterator[Change]:
    """What one event changes; `facts` include the event."""
    projection = PROJECTIONS.get(type(row.event))
    if projection:
        yield from projection(row.event, row, facts)


def _consent(event: admission.ConsentGiven, row: Recorded, facts: Facts) -> Iterator[Change]:
    # A new form replaces the old one: what it no longer names is no longer agreed to.
    held = {"journey_id": facts.journey, "withdrawn_at": None}
    yield Update(Consent, held, {"withdrawn_at": row.occurred_at})
    for scope in event.scopes:
        key = {"journey_id": facts.journey, "scope": scope}
        yield Put(Consent, key, {"given_at": row.occurred_at, "withdrawn_at": None})


def _slots(event: admission.SlotsBooked, row: Recorded, facts: Facts) -> Iterator[Change]:
    for slot in event.slots:
        yield Insert(
            SlotBooking, {"journey_id": facts.journey, "seq": row.seq, **slot.model_dump()}
        )


def _free_slots(row: Recorded, facts: Facts) -> Iterator[Change]:
    """A journey that is over holds nobody's bed or suite."""
    key = {"journey_id": facts.journey, "released_at": None}
    yield Update(SlotBooking, key, {"released_at": row.occurred_at})


def _supplied(
    event: admission.OrderConfirmed | admission.UnitAllocated, row: Recorded, facts: Facts
) -> Iterator[Change]:
    for unit in event.units:
        yield new_unit(
            unit,
            row,
            facts,
            kind="product",
            batch=event.batch,
            state="released",
            expires_at=event.expires_at,
        )
        yield take(unit, facts.product.holder, row, facts.journey)


def _collected(
    event: collection.CollectionCompleted, row: Recorded, facts: Facts
) -> Iterator[Change]:
    yield new_unit(
        event.unit, row, facts, kind="material", state="collected", expires_at=event.expires_at
    )
    yield take(event.unit, facts.referral.treating_centre, row, facts.journey)


def _sufficient(event: Event, row: Recorded, facts: Facts) -> Iterator[Change]:
    yield from all_in_state(facts, "accepted")


def _insufficient(event: Event, row: Recorded, facts: Facts) -> Iterator[Change]:
    for unit in units_in_transit(facts):
        yield in_state(unit, "insufficient")
        yield give_up(unit, row)


def _leg(facts: Facts) -> dict[str, Any]:
    booked = facts.last(shipment.CourierBooked)
    return {"id": booked.shipment if booked else None}


def _booked(event: shipment.CourierBooked, row: Recorded, facts: Facts) -> Iterator[Change]:
    values = event.model_dump(exclude={"shipment"})
    yield Insert(Shipment, {"id": event.shipment, "journey_id": facts.journey, **values})


def _packed(event: shipment.ShipmentPacked, row: Recorded, facts: Facts) -> Iterator[Change]:
    values = {"shipper": event.shipper, "seal": event.seal, "logger": event.logger}
    yield Update(Shipment, _leg(facts), {**values, "packed_at": row.occurred_at})


def _picked_up(event: Event, row: Recorded, facts: Facts) -> Iterator[Change]:
    yield Update(Shipment, _leg(facts), {"collected_at": row.occurred_at})
    booked = facts.last(shipment.CourierBooked)
    yield from hand_over(booked.courier if booked else "", row, facts)


def _delivered(event: Event, row: Recorded, facts: Facts) -> Iterator[Change]:
    yield Update(Shipment, _leg(facts), {"delivered_at": row.occurred_at})
    booked = facts.last(shipment.CourierBooked)
    yield from hand_over(booked.receiver if booked else "", row, facts)


def _received(event: Event, row: Recorded, facts: Facts) -> Iterator[Change]:
    yield Update(Shipment, _leg(facts), {"received_at": row.occurred_at})


def _logged(event: shipment.TemperatureLogged, row: Recorded, facts: Facts) -> Iterator[Change]:
    yield Update(Shipment, _leg(facts), {"log_sha256": event.file_sha256})


def _judged(
    event: shipment.ShipmentAccepted | shipment.ShipmentQuarantined, row: Recorded, facts: Facts
) -> Iterator[Change]:
    verdict = event.name.partition(".")[2]
    minutes = {"minutes_outside": event.minutes_outside}
    yield Update(Shipment, _leg(facts), {"verdict": verdict, **minutes})
    yield from all_in_state(facts, verdict)


def _deviation(event: Event, row: Recorded, facts: Facts) -> Iterator[Change]:
    verdict = event.name.partition(".")[2]
    yield Update(Shipment, _leg(facts), {"verdict": verdict})
    yield from all_in_state(facts, verdict)
    if facts.ended:
        yield from _free_slots(row, facts)


def _batch(facts: Facts) -> dict[str, Any]:
    opened = facts.last(manufacture.BatchOpened)
    return {"batch": opened.batch if opened else None}


def _opened(event: manufacture.BatchOpened, row: Recorded, facts: Facts) -> Iterator[Change]:
    values = {"batch": event.batch, "journey_id": facts.journey, "opened_at": row.occurred_at}
    yield Insert(Batch, values)


def _started(
    event: manufacture.ManufactureStarted, row: Recorded, facts: Facts
) -> Iterator[Change]:
    yield Update(Batch, _batch(facts), {"started_at": row.occurred_at})
    yield in_state(event.scanned_unit, "used")
    yield give_up(event.scanned_unit, row)


def _made(event: manufacture.ManufactureCompleted, row: Recorded, facts: Facts) -> Iterator[Change]:
    yield Update(Batch, _batch(facts), {"completed_at": row.occurred_at, "made_by": row.actor.id})
    collected = facts.last(collection.CollectionCompleted)
    for unit in event.units:
        yield new_unit(
            unit,
            row,
            facts,
            kind="product",
            parent=collected.unit if collected else None,
            state="made",
            expires_at=event.expires_at,
            **_batch(facts),
        )
        yield take(unit, facts.product.holder, row, facts.journey)


def _tested(event: Event, row: Recorded, facts: Facts) -> Iterator[Change]:
    yield Update(Batch, _batch(facts), {"checked_by": row.actor.id})


def _passed(event: Event, row: Recorded, facts: Facts) -> Iterator[Change]:
    right = isinstance(event, manufacture.QualityPassed)
    yield Update(Batch, _batch(facts), {"in_specification": right})


def _certified(event: manufacture.BatchCertified, row: Recorded, facts: Facts) -> Iterator[Change]:
    values = {"certified_at": row.occurred_at, "certified_by": row.actor.id}
    yield Update(Batch, _batch(facts), {**values, "certificate": event.certificate})
    yield from all_in_state(facts, "released")


def _rejected(event: Event, row: Recorded, facts: Facts) -> Iterator[Change]:
    yield Update(Batch, _batch(facts), {"rejected_at": row.occurred_at})
    yield from all_in_state(facts, "rejected")
    yield from _free_slots(row, facts)


def _on_site(event: Event, row: Recorded, facts: Facts) -> Iterator[Change]:
    yield from all_in_state(facts, "on-site")


def _checked(
    event: administration.IdentityChecked | administration.IdentityMismatched,
    row: Recorded,
    facts: Facts,
) -> Iterator[Change]:
    yield Insert(
        IdentityCheck,
        {
            "journey_id": facts.journey,
            "seq": row.seq,
            "dose": event.dose,
            "phase": event.phase,
            "checker": event.checker,
            "scanned_unit": event.scanned_unit,
            "matches": isinstance(event, administration.IdentityChecked),
            "checked_at": row.occurred_at,
        },
    )


def _prepared(
    event: administration.ProductThawed | administration.DosePrepared,
    row: Recorded,
    facts: Facts,
) -> Iterator[Change]:
    yield in_state(event.scanned_unit, "prepared")


def _given(event: administration.DoseAdministered, row: Recorded, facts: Facts) -> Iterator[Change]:
    values = event.model_dump(exclude={"scanned_unit", "scanned_coi", "scanned_patient"})
    yield Insert(
        Administration,
        {
            "journey_id": facts.journey,
            "unit": event.scanned_unit,
            "given_by": row.actor.id,
            **values,
        },
    )
    yield in_state(event.scanned_unit, "given")
    yield give_up(event.scanned_unit, row)


def _visits(event: after.FollowUpPlanned, row: Recorded, facts: Facts) -> Iterator[Change]:
    for visit in event.visits:
        yield Insert(Visit, {"journey_id": facts.journey, **visit.model_dump()})


def _visited(event: after.FollowUpRecorded, row: Recorded, facts: Facts) -> Iterator[Change]:
    key = {"journey_id": facts.journey, "day": event.day}
    yield Update(Visit, key, {"recorded_at": row.occurred_at})


def _withdrawn(event: Event, row: Recorded, facts: Facts) -> Iterator[Change]:
    yield from _free_slots(row, facts)
    stock = supply(facts)
    given = {dose.scanned_unit for _, dose in facts.all(administration.DoseAdministered)}
    for unit in stock.units if stock else ():
        if unit not in given:
            yield in_state(unit, "withdrawn")


PROJECTIONS: dict[type[Event], Projection] = {
    admission.ConsentGiven: _consent,
    admission.SlotsBooked: _slots,
    admission.OrderConfirmed: _supplied,
    admission.UnitAllocated: _supplied,
    collection.CollectionCompleted: _collected,
    collection.MaterialAccepted: _sufficient,
    collection.CollectionShort: _insufficient,
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
    manufacture.BatchOpened: _opened,
    manufacture.ManufactureStarted: _started,
    manufacture.ManufactureCompleted: _made,
    manufacture.QualityResultsRecorded: _tested,
    manufacture.QualityPassed: _passed,
    manufacture.QualityOutOfSpecification: _passed,
    manufacture.BatchCertified: _certified,
    manufacture.BatchRejected: _rejected,
    administration.IdentityChecked: _checked,
    administration.IdentityMismatched: _checked,
    administration.ProductThawed: _prepared,
    administration.DosePrepared: _prepared,
    administration.DoseAdministered: _given,
    after.FollowUpPlanned: _visits,
    after.FollowUpRecorded: _visited,
    after.JourneyWithdrawn: _withdrawn,
}
"""Events that change a state table besides the journey's own row."""
