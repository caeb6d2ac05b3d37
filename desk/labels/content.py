"""What stands on a label, from the facts of a journey: words only, no layout.

A label names no patient: chain-of-identity id and unit number are its two identifiers (EU GMP
Part IV 11). Only who passes an identity on purpose gets a name on it.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from atmpflow.codes import isbt128
from atmpflow.codes.elements import Element
from atmpflow.codes.label import (
    ShipperLabel,
    UnitLabel,
    Wristband,
    shipper_elements,
    unit_elements,
    wristband_elements,
)
from atmpflow.errors import Refused
from atmpflow.events.admission import ScreeningRecorded
from atmpflow.events.collection import CollectionCompleted
from atmpflow.events.manufacture import ManufactureCompleted
from atmpflow.events.shipment import CourierBooked
from atmpflow.journey import Facts
from atmpflow.products.spec import Band, ProductSpec
from atmpflow.referral import PatientIdentity
from atmpflow.rules.label_words import Infection, Kind, infection_known, statements
from atmpflow.rules.labels import label_version
from atmpflow.rules.leg import band_of_leg
from atmpflow.rules.transit import courier, hold_time, shipper_label, under_way
from desk.cli.output import LONDON
from models.material import Unit

GONE = frozenset({"given", "destroyed", "used", "lost"})


@dataclass(frozen=True, slots=True)
class Content:
    """One label: what it says from top to bottom, and what its symbol holds."""

    heading: str
    subheading: str
    identifiers: tuple[tuple[str, str], ...]
    facts: tuple[tuple[str, str], ...]
    expiry: tuple[str, ...]
    warnings: tuple[str, ...]
    notes: tuple[str, ...]
    maker: str
    elements: tuple[Element, ...]
    patient: tuple[str, ...] = ()
    kind: Literal["unit", "shipper", "patient"] = "unit"
    version: int = 1


@dataclass(frozen=True, slots=True)
class Choice:
    """What who makes the label decides: its version, a known marker, the prefix, the patient."""

    version: int | None = None
    reactive: bool = False
    company_prefix: str | None = None
    patient: PatientIdentity | None = None


def of_unit(unit: Unit, facts: Facts, choice: Choice) -> Content:
    """The label of one unit.

    Raises Refused `label-unit-gone`, `label-version` or `label-unit`.
    """
    if unit.state in GONE:
        message = "This unit was given, used, lost or destroyed; it gets no label."
        raise Refused("label-unit-gone", "unit", message, "Look at the journey: atmpflow journey.")
    version = _version(facts, unit.unit, choice.version)
    kind: Kind = "material" if unit.kind == "material" else "product"
    said = statements(facts.product.pathway, kind, infection=_infection(facts, choice))
    label = UnitLabel(facts.coi, unit.unit, version)
    return Content(
        heading=facts.product.name if kind == "product" else "Starting material",
        subheading=_what(facts.product, kind),
        identifiers=(("COI", facts.coi), ("Unit", unit.unit)),
        facts=tuple(_facts(unit, facts, kind)),
        expiry=moments(unit.expires_at),
        warnings=tuple(one.text for one in said if one.warning),
        notes=tuple(one.text for one in said if not one.warning),
        maker=_made_by(facts, version),
        elements=unit_elements(label, prefix=choice.company_prefix),
        patient=patient_lines(choice.patient),
        version=version,
    )


def of_shipper(facts: Facts) -> Content:
    """The label of the shipper that the present leg is booked for.

    Raises Refused `label-no-shipper` before one is booked and has a number.
    """
    booked, number = facts.last(CourierBooked), shipper_label(facts)
    if booked is None or number is None:
        message = "No shipper of this journey waits or is on its way."
        remedy = "Without a GS1 company prefix it gets its label when it is packed."
        raise Refused("label-no-shipper", "journey", message, remedy)
    name = "SSCC" if booked.sscc else "Shipper"
    return Content(
        heading="SHIPPER",
        subheading=f"From {booked.sender} to {booked.receiver}, by {courier(facts)}",
        identifiers=(("COI", facts.coi), (name, number)),
        facts=tuple(_facts_of_leg(facts)),
        expiry=(),
        warnings=(),
        notes=(
            f"Booking {booked.reference}.",
            "Opened by the receiver only, who compares seal and labels.",
        ),
        maker=f"{facts.product.name}, {booked.leg} leg. The label goes with this shipment only.",
        elements=shipper_elements(ShipperLabel(facts.coi, number)),
        kind="shipper",
    )


def _facts_of_leg(facts: Facts) -> list[tuple[str, str]]:
    packed, holds = under_way(facts), hold_time(facts)
    rows: list[tuple[str, str]] = []
    if packed is not None and holds is not None:
        rows = [("Shipper", packed.shipper), ("Seal", packed.seal), ("Logger", packed.logger)]
        rows.append(("Holds until", moments(holds.ends_at)[0]))
    return [*rows, ("Keep", stored(band_of_leg(facts)))]


def of_patient(facts: Facts, choice: Choice) -> Content:
    """The band of a journey's patient, worn beside the hospital's own."""
    return Content(
        heading="PATIENT",
        subheading=f"{facts.product.name}, centre {facts.referral.treating_centre}",
        identifiers=(("COI", facts.coi),),
        facts=(),
        expiry=(),
        warnings=(),
        notes=(),
        maker="Worn beside the hospital's wristband, never in its place.",
        elements=wristband_elements(Wristband(facts.coi)),
        patient=patient_lines(choice.patient),
        kind="patient",
    )


def _version(facts: Facts, unit: str, asked: int | None) -> int:
    """The version on record, or the next one, which two people are about to put on."""
    on_record = label_version(facts, unit)
    if asked not in (None, on_record, on_record + 1):
        message = f"The label on record is version {on_record}."
        remedy = f"Print it again, or version {on_record + 1} to replace it with relabel-unit."
        raise Refused("label-version", "version", message, remedy)
    return asked or on_record


def _infection(facts: Facts, choice: Choice) -> Infection:
    if choice.reactive:
        return "reactive"
    screened, collected = facts.last(ScreeningRecorded), facts.last(CollectionCompleted)
    return infection_known(
        screened.virology_taken_at if screened else None,
        collected.ended_at if collected else None,
    )


def _what(product: ProductSpec, kind: Kind) -> str:
    if kind == "product" or product.starting_material is None:
        return product.inn
    collected = product.starting_material.kind.replace("-", " ").capitalize()
    return f"{collected} for {product.name} ({product.inn})"


def _facts(unit: Unit, facts: Facts, kind: Kind) -> list[tuple[str, str]]:
    material = facts.product.starting_material
    band = material.transport if kind == "material" and material else facts.product.storage
    rows = [("Batch", unit.batch), ("Volume", _volume(unit, facts))]
    collected = facts.last(CollectionCompleted)
    if kind == "material" and collected is not None and collected.unit == unit.unit:
        rows.append(("Collected", moments(collected.ended_at)[0]))
    if isbt128.is_number(unit.unit):
        rows.append(("Donation", isbt128.written(unit.unit)))
    return [(name, value) for name, value in (*rows, ("Store", stored(band))) if value]


def _volume(unit: Unit, facts: Facts) -> str:
    volumes = {event.unit: event.volume_ml for _, event in facts.ever(CollectionCompleted)}
    for _, event in facts.ever(ManufactureCompleted):
        volumes |= dict.fromkeys(event.units, event.volume_ml)
    return f"{volumes[unit.unit]:g} mL" if unit.unit in volumes else ""


def stored(band: Band) -> str:
    """A band of temperatures in words, with a real minus sign."""
    high = _celsius(band.high_c)
    return f"at or below {high}" if band.low_c is None else f"{_celsius(band.low_c)} to {high}"


def _celsius(value: float) -> str:
    return f"{value:g} °C".replace("-", "−")


def moments(at: datetime) -> tuple[str, str]:
    """A moment in UTC, and as clocks in the United Kingdom show it; months in letters."""
    there = at.astimezone(LONDON)
    return (
        f"{at.astimezone(UTC):%d %b %Y %H:%M} UTC".upper(),
        f"{there:%d %b %Y %H:%M} {there:%Z} (UK)".upper(),
    )


def _made_by(facts: Facts, version: int) -> str:
    trial = f"Trial {facts.referral.trial}. " if facts.referral.trial else ""
    return f"{trial}{facts.product.holder}, {facts.product.licence}. Label version {version}."


def patient_lines(patient: PatientIdentity | None) -> tuple[str, ...]:
    """Who the patient is, as on the hospital's own wristband; nothing without an identity."""
    if patient is None:
        return ()
    number = patient.nhs_number
    return (
        f"{patient.family_name.upper()}, {patient.given_name}",
        f"Born {patient.birth_date:%d %b %Y}   NHS {number[:3]} {number[3:6]} {number[6:]}",
    )
