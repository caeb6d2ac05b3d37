"""What the simulated site reports from screening to release and shipment."""

from datetime import datetime, timedelta
from typing import Literal

from atmpflow.commands import admission, collection, manufacture, recovery, shipment
from atmpflow.events.admission import OrderConfirmed, OrderPlaced, ScreeningRecorded, Slot
from atmpflow.events.collection import CollectionCompleted
from atmpflow.events.manufacture import BatchOpened, ManufactureCompleted
from atmpflow.events.shipment import ShipmentPacked
from atmpflow.journey import Facts
from atmpflow.message import Command
from atmpflow.people import Role
from atmpflow.rules.consent import SCOPES
from atmpflow.rules.exception import out_of_specification
from atmpflow.rules.slots import slots_now
from atmpflow.rules.supply import units_in_transit
from atmpflow.rules.transit import shipper_label
from atmpflow.rules.way_out import lost_by
from desk.simulation import values
from desk.simulation.fleet import serial
from desk.simulation.people import actor

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def screen(facts: Facts, since: datetime) -> Command:
    at = since + 3 * DAY
    return admission.RecordScreening(
        occurred_at=at,
        answers=values.good_answers(facts),
        weight_kg=values.weight_kg(facts),
        virology_taken_at=at - 2 * DAY,
        hla=("A*02:01", "B*07:02", "C*07:02", "DRB1*15:01"),
    )


def confirm_eligibility(facts: Facts, since: datetime) -> Command:
    return admission.ConfirmEligibility(occurred_at=since + 1 * DAY, decision="eligible")


def panel(facts: Facts, since: datetime) -> Command:
    return admission.RecordPanelDecision(
        occurred_at=since + 4 * DAY,
        decision="approved",
        funding_reference=f"SIMULATED-BLUETEQ-{values.number(facts, 'blueteq', 10**6)}",
    )


def consent(facts: Facts, since: datetime) -> Command:
    return admission.RecordConsent(
        occurred_at=since + 2 * DAY,
        scopes=SCOPES[facts.product.pathway],
        form_version="SIMULATED-v3",
    )


def confirm_slot(facts: Facts, since: datetime) -> Command:
    reference = f"SIMULATED-ORDER-{values.number(facts, 'order', 10**6)}"
    return admission.ConfirmSlot(occurred_at=since + 6 * HOUR, order_reference=reference)


def confirm_order(facts: Facts, since: datetime) -> Command:
    at = since + 1 * DAY
    before = len(facts.ever(OrderConfirmed))
    batch = f"SIM-{facts.product.code[:3].upper()}-{facts.journey.hex[:8].upper()}"
    batch += f"-{before + 1}" if before else ""
    assert facts.last(OrderPlaced) is not None  # noqa: S101 - the stage is `ordering`
    return admission.ConfirmOrder(
        occurred_at=at,
        units=values.unit_numbers(facts, batch),
        batch=batch,
        expires_at=at + timedelta(hours=facts.product.storage.shelf_life_h) * 0.8,
        certified_by=actor(Role.QP).id,
    )


def confirm_allocation(facts: Facts, since: datetime) -> Command:
    return admission.ConfirmAllocation(occurred_at=since + 1 * DAY)


def collect_again(facts: Facts, since: datetime) -> Command:
    return recovery.OrderRecollection(occurred_at=since + 2 * HOUR, reason=_lost(facts))


def order_again(facts: Facts, since: datetime) -> Command:
    return recovery.OrderReplacement(occurred_at=since + 2 * HOUR, reason=_lost(facts))


def give_up(facts: Facts, since: datetime) -> Command:
    return recovery.GiveUpSupply(occurred_at=since + 1 * DAY, reason=_lost(facts))


def _lost(facts: Facts) -> Literal["expired", "excursion", "insufficient", "damaged"]:
    """Why what there is cannot be used."""
    if lost_by(facts):
        return "expired"
    if facts.stage in ("dispatch", "delivery"):
        return "excursion"
    return "insufficient" if facts.stage == "collection" else "damaged"


def slot_of(facts: Facts, kind: str) -> Slot | None:
    return next((slot for slot in slots_now(facts).values() if slot.kind == kind), None)


def collect(facts: Facts, since: datetime) -> Command:
    slot = slot_of(facts, "collection")
    start = max(since, slot.starts_at) if slot else since
    screening, screened = facts.last(ScreeningRecorded), facts.when(ScreeningRecorded)
    start = max(start, screened) if screened else start
    if screening is None or start - (screening.virology_taken_at or start) > 28 * DAY:
        return screen(facts, max(start - 5 * DAY, since - 3 * DAY))
    end = start + 4 * HOUR
    return collection.RecordCollection(
        occurred_at=end + 10 * MINUTE,
        scanned_coi=facts.coi,
        second_identifier="birth-date",
        unit=values.donation_number(facts, start),
        volume_ml=180,
        started_at=start,
        ended_at=end,
    )


def count(facts: Facts, since: datetime) -> Command:
    need = facts.product.starting_material
    assert need is not None  # noqa: S101 - the stage is `collection`
    return collection.RecordCellCount(
        occurred_at=since + 1 * HOUR, count=need.at_least * 1.5, viability_pct=97
    )


def pack(facts: Facts, since: datetime) -> Command:
    at = since + 2 * HOUR
    tag = values.number(facts, "shipper", 10**5)
    return shipment.PackShipment(
        occurred_at=at,
        scanned_unit=units_in_transit(facts)[0],
        scanned_coi=facts.coi,
        shipper=f"SIM-SHIPPER-{tag}",
        seal=f"SIM-SEAL-{tag}",
        logger=serial(tag),
        charged_at=at - 3 * HOUR,
        hold_time_h=240,
    )


def packed_of(facts: Facts) -> ShipmentPacked:
    packed = facts.last(ShipmentPacked)
    assert packed is not None  # noqa: S101 - only asked after packing
    return packed


def pick_up(facts: Facts, since: datetime) -> Command:
    return shipment.CollectShipment(
        occurred_at=since + 40 * MINUTE,
        seal=packed_of(facts).seal,
        scanned_shipper=shipper_label(facts) or "",
    )


def deliver(facts: Facts, since: datetime) -> Command:
    return delivered(facts, since + 7 * HOUR)


def delivered(facts: Facts, at: datetime) -> shipment.DeliverShipment:
    """The courier scans the shipper's label and hands it over."""
    scanned = shipper_label(facts) or ""
    return shipment.DeliverShipment(occurred_at=at, scanned_shipper=scanned)


def receive(facts: Facts, since: datetime) -> Command:
    packed = packed_of(facts)
    return shipment.ReceiveShipment(
        occurred_at=since + 20 * MINUTE,
        scanned_unit=packed.scanned_unit,
        scanned_coi=packed.scanned_coi,
        seal=packed.seal,
        seal_intact=True,
    )


def accept_product(facts: Facts, since: datetime) -> Command:
    return shipment.AcceptProduct(
        occurred_at=since + 2 * HOUR,
        certificate_checked=True,
        out_of_specification=out_of_specification(facts),
    )


def decide_deviation(facts: Facts, since: datetime) -> Command:
    return shipment.DecideDeviation(
        occurred_at=since + 1 * DAY, decision="accept", justification="SIMULATED-DEV-1"
    )


def start_manufacture(facts: Facts, since: datetime) -> Command:
    collected = facts.last(CollectionCompleted)
    assert collected is not None  # noqa: S101 - the stage is `manufacture`
    return manufacture.StartManufacture(
        occurred_at=since + 1 * HOUR, scanned_unit=collected.unit, scanned_coi=facts.coi
    )


def complete_manufacture(facts: Facts, since: datetime) -> Command:
    product, opened = facts.product, facts.last(BatchOpened)
    assert product.manufacture is not None and opened is not None  # noqa: S101, PT018
    # Tests and certification take days too: making the cells is a part of the planned time.
    at = since + timedelta(days=product.manufacture.days) * 0.6
    return manufacture.CompleteManufacture(
        occurred_at=at,
        units=values.unit_numbers(facts, opened.batch),
        quantity=values.quantity(facts),
        volume_ml=50,
        expires_at=at + timedelta(hours=product.storage.shelf_life_h),
    )


def results(facts: Facts, since: datetime) -> Command:
    opened, made = facts.last(BatchOpened), facts.last(ManufactureCompleted)
    assert opened is not None and made is not None  # noqa: S101, PT018
    short = made.expires_at - since < 7 * DAY
    return manufacture.RecordQualityResults(
        occurred_at=since + (1 * HOUR if short else 6 * DAY),
        batch=opened.batch,
        results=tuple(values.good_result(test) for test in facts.product.release_tests),
    )


def certify(facts: Facts, since: datetime) -> Command:
    opened = facts.last(BatchOpened)
    assert opened is not None  # noqa: S101 - the stage is `release`
    return manufacture.CertifyBatch(
        occurred_at=since + 1 * HOUR,
        batch=opened.batch,
        certificate=f"SIM-COA-{opened.batch}",
        audit_trail_reviewed=True,
        out_of_specification=out_of_specification(facts),
    )
