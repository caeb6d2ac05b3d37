"""A shipment leg: what follows from each command."""

from dataclasses import fields
from datetime import datetime

from atmpflow.codes import gs1
from atmpflow.commands import shipment as ask
from atmpflow.decisions.guard import objections, require, require_right, require_same
from atmpflow.decisions.mismatch import mismatched
from atmpflow.errors import Refused
from atmpflow.events import shipment as fact
from atmpflow.events.exception import OosProductSupplied
from atmpflow.events.manufacture import BatchCertified
from atmpflow.journey import Facts
from atmpflow.message import Event, event_of
from atmpflow.rules.arrival import judge_arrival
from atmpflow.rules.cold_chain import Findings, judge_leg
from atmpflow.rules.exception import judge_signed, out_of_specification
from atmpflow.rules.leg import band_of_leg, spent_min
from atmpflow.rules.supply import supply, units_in_transit
from atmpflow.rules.transit import shipper_label


def book_courier(command: ask.BookCourier, facts: Facts, now: datetime) -> list[Event]:
    centre, maker = facts.referral.treating_centre, facts.product.holder
    out = facts.stage == "dispatch"
    sender, receiver = (centre, maker) if out else (maker, centre)
    leg = "outbound" if out else "inbound"
    if command.sscc is not None:
        gs1.sscc(command.sscc, "sscc")
    return [event_of(fact.CourierBooked, command, leg=leg, sender=sender, receiver=receiver)]


def pack_shipment(command: ask.PackShipment, facts: Facts, now: datetime) -> list[Event]:
    if stopped := mismatched(command, facts, "packing", units=units_in_transit(facts)):
        return stopped
    require_right(
        command.charged_at <= command.occurred_at,
        "date-impossible",
        "charged_at",
        "The shipper was charged after it was packed.",
        "Give the time at which the shipper was charged.",
    )
    return [event_of(fact.ShipmentPacked, command)]


def _packed(facts: Facts) -> fact.ShipmentPacked:
    packed = facts.last(fact.ShipmentPacked)
    if packed is None:
        raise Refused("out-of-order", "", "Nothing is packed.", "Record the packing first.")
    return packed


def collect_shipment(command: ask.CollectShipment, facts: Facts, now: datetime) -> list[Event]:
    sealed = _packed(facts).seal
    require_same(command.seal, sealed, code="seal-mismatch", field="seal", what="seal number")
    _require_shipper(command.scanned_shipper, facts)
    collected = event_of(fact.ShipmentCollected, command)
    certified = facts.last(BatchCertified)
    if facts.stage == "delivery" and certified and certified.out_of_specification:
        return [collected, OosProductSupplied(batch=certified.batch)]
    return [collected]


def deliver_shipment(command: ask.DeliverShipment, facts: Facts, now: datetime) -> list[Event]:
    _require_shipper(command.scanned_shipper, facts)
    return [event_of(fact.ShipmentDelivered, command)]


def _require_shipper(scanned: str, facts: Facts) -> None:
    """Whoever hands over scans the label of the shipper; another's is not handed over."""
    require_right(
        scanned == shipper_label(facts),
        "shipper-mismatch",
        "scanned_shipper",
        "This is not the label of this journey's shipper.",
        "Stop: hand nothing over. Find the right shipper and scan its label.",
    )


def receive_shipment(command: ask.ReceiveShipment, facts: Facts, now: datetime) -> list[Event]:
    if stopped := mismatched(command, facts, "receipt", units=units_in_transit(facts)):
        return stopped
    return [event_of(fact.ShipmentReceived, command)]


def record_temperature_log(
    command: ask.RecordTemperatureLog, facts: Facts, now: datetime
) -> list[Event]:
    packed = _packed(facts).logger
    require_same(
        command.logger, packed, code="logger-mismatch", field="logger", what="logger serial number"
    )
    return [event_of(fact.TemperatureLogged, command)]


FOUND = tuple(field.name for field in fields(Findings))


def assess_shipment(command: ask.AssessShipment, facts: Facts, now: datetime) -> list[Event]:
    found = Findings(**{name: getattr(command, name) for name in FOUND})
    judged = judge_leg(found, band_of_leg(facts), spent_min(facts)) & judge_arrival(facts)
    if judged.allowed:
        return [event_of(fact.ShipmentAccepted, command)]
    return [event_of(fact.ShipmentQuarantined, command, objections=objections(judged))]


def decide_deviation(command: ask.DecideDeviation, facts: Facts, now: datetime) -> list[Event]:
    if command.decision == "accept":
        return [fact.DeviationAccepted(justification=command.justification)]
    return [fact.DeviationRejected(justification=command.justification)]


def accept_product(command: ask.AcceptProduct, facts: Facts, now: datetime) -> list[Event]:
    stock = supply(facts)
    require_right(
        stock is not None and stock.certified_by is not None,
        "not-certified",
        "certificate_checked",
        "No certificate of a Qualified Person is on record for these units.",
        "Ask the manufacturer for the certificate; keep the product in quarantine.",
    )
    require_right(
        stock is not None and stock.expires_at > command.occurred_at,
        "expired",
        "occurred_at",
        "The product is past its expiry.",
        "Quarantine it and tell the manufacturer.",
    )
    require_right(
        command.out_of_specification == out_of_specification(facts),
        "specification-differs",
        "out_of_specification",
        "The certificate says otherwise of the specification.",
        "Read the certificate and the physician's request again; say what they say.",
    )
    require(
        judge_signed(facts),
        code="not-signed",
        field="out_of_specification",
        remedy="Keep it in quarantine; the manufacturer has no right to have sent it.",
    )
    return [event_of(fact.ProductAccepted, command)]
