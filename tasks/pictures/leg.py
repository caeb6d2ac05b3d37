"""What the picture of one leg shows: its readings, band, excursions, gaps, hand-overs, decision."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from atmpflow.errors import Refused
from atmpflow.events.recovery import CourierChanged
from atmpflow.events.shipment import (
    Cited,
    CourierBooked,
    DeviationAccepted,
    DeviationRejected,
    ShipmentAccepted,
    ShipmentCollected,
    ShipmentDelivered,
    ShipmentPacked,
    ShipmentQuarantined,
    ShipmentReceived,
    TemperatureLogged,
)
from atmpflow.journey import Facts, Recorded
from atmpflow.products.spec import Band
from atmpflow.rules.stretches import Read, stretches
from models.database import Connection

JUDGED = (ShipmentAccepted, ShipmentQuarantined, DeviationAccepted, DeviationRejected)

READINGS = """
SELECT r.at, r.celsius FROM reading r JOIN logger_file f ON f.number = r.file
WHERE f.shipment_id = %s AND f.sha256 = %s AND r.at BETWEEN %s AND %s ORDER BY r.at
"""
INTERVAL = "SELECT interval_s FROM logger_file WHERE shipment_id = %s AND sha256 = %s"


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment at which the shipper changed hands, and how it is said."""

    at: datetime
    said: str


@dataclass(frozen=True, slots=True)
class LegPicture:
    """One leg, in words and numbers; names no person."""

    coi: str
    unit: str
    number: int
    leg: str
    product: str
    logger: str
    band: Band
    rows: Sequence[Read]
    found: Sequence[Cited]
    since: datetime
    until: datetime
    marks: Sequence[Mark]
    decided: Sequence[str]

    @property
    def title(self) -> str:
        """Both identifiers and which leg."""
        return f"{self.coi}, unit {self.unit}, leg {self.number} {self.leg}"


def legs(facts: Facts) -> int:
    """How many legs of a journey were packed."""
    return len(_legs(facts))


def _legs(facts: Facts) -> list[list[Recorded]]:
    """The rows of each leg that was packed, in turn, from its booking to the next."""
    found: list[list[Recorded]] = []
    for row in facts.history:
        if isinstance(row.event, CourierBooked):
            found.append([])
        if found:
            found[-1].append(row)
    return [rows for rows in found if any(isinstance(row.event, ShipmentPacked) for row in rows)]


def leg_picture(connection: Connection, facts: Facts, number: int) -> LegPicture:
    """The `number`th leg that was packed, from 1, with its readings from packing to receipt.

    Raises Refused `leg-unknown`, or `leg-not-logged` while its log is not here.
    """
    every = _legs(facts)
    if not 1 <= number <= len(every):
        message = f"This journey has {len(every)} packed leg(s)."
        raise Refused("leg-unknown", "leg", message, "Count legs from 1, as in the journey's page.")
    rows = every[number - 1]
    booked, packed, logged = (
        _first(rows, kind) for kind in (CourierBooked, ShipmentPacked, TemperatureLogged)
    )
    received = _first(rows, ShipmentReceived)
    if packed is None or logged is None or received is None or booked is None:
        message = "The temperatures of this leg are not here yet."
        raise Refused("leg-not-logged", "leg", message, "Record the logger's file first.")
    digest = bytes.fromhex(logged.event.file_sha256)
    band = _band(facts, booked.event)
    since, until = packed.occurred_at, received.occurred_at
    read = _rows(connection, (booked.event.shipment, digest, since, until))
    interval: Any = connection.execute(INTERVAL, (booked.event.shipment, digest)).fetchone()
    return LegPicture(
        coi=facts.coi,
        unit=packed.event.scanned_unit,
        number=number,
        leg=booked.event.leg,
        product=facts.product.name,
        logger=packed.event.logger,
        band=band,
        rows=read,
        found=stretches(read, band, since, until, interval_s=interval[0] if interval else None),
        since=since,
        until=until,
        marks=tuple(_marks(rows, booked.event)),
        decided=tuple(_decided(rows)),
    )


def _first(rows: Sequence[Recorded], kind: type[Any]) -> Any:
    return next((row for row in rows if isinstance(row.event, kind)), None)


def _band(facts: Facts, booked: CourierBooked) -> Band:
    material = facts.product.starting_material
    if booked.leg == "outbound" and material is not None:
        return material.transport
    return facts.product.shipper or facts.product.storage


def _rows(connection: Connection, where: tuple[Any, ...]) -> list[Read]:
    found: Any = connection.execute(READINGS, where).fetchall()
    return [(at, celsius) for at, celsius in found]


def _marks(rows: Sequence[Recorded], booked: CourierBooked) -> list[Mark]:
    carrier = booked.courier
    marks: list[Mark] = []
    for row in rows:
        event = row.event
        if isinstance(event, ShipmentPacked):
            marks.append(Mark(row.occurred_at, f"packed and sealed by {booked.sender}"))
        elif isinstance(event, ShipmentCollected):
            marks.append(Mark(row.occurred_at, f"{booked.sender} to {carrier}"))
        elif isinstance(event, CourierChanged):
            if len(marks) > 1:
                marks.append(Mark(row.occurred_at, f"{carrier} to {event.courier}"))
            carrier = event.courier
        elif isinstance(event, ShipmentDelivered):
            marks.append(Mark(row.occurred_at, f"{carrier} to {booked.receiver}"))
        elif isinstance(event, ShipmentReceived):
            marks.append(Mark(row.occurred_at, f"opened and checked by {booked.receiver}"))
            break
    return marks


SAID = {
    ShipmentAccepted: "Accepted by its readings",
    ShipmentQuarantined: "Quarantined",
    DeviationAccepted: "Deviation accepted",
    DeviationRejected: "Deviation rejected",
}


def _decided(rows: Sequence[Recorded]) -> list[str]:
    said: list[str] = []
    for row in rows:
        event = row.event
        if not isinstance(event, JUDGED):
            continue
        words = f"{SAID[type(event)]}, {row.occurred_at:%d %b %Y %H:%M} UTC"
        if isinstance(event, ShipmentQuarantined):
            words += ": " + ", ".join(one.code for one in event.objections)
        if isinstance(event, DeviationAccepted | DeviationRejected):
            words += f": {event.justification}"
        said.append(words)
    return said or ["Not judged yet"]
