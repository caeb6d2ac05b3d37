"""A shipment leg, out with the material or back with the product: what can have happened."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from atmpflow.events.admission import Objection
from atmpflow.events.collection import Scanned
from atmpflow.message import Content, Event, Text, Utc

Sscc = Annotated[str, Field(pattern=r"^[0-9]{18}$")]
"""Serial Shipping Container Code (GS1): 18 digits, the last of them a check digit."""


class CourierBooked(Event):
    name: ClassVar = "courier.booked"

    shipment: UUID
    leg: Literal["outbound", "inbound"]
    courier: Text
    reference: Text
    sender: Text
    receiver: Text
    sscc: Sscc | None = None


class Packed(Scanned):
    shipper: Text = Field(title="Shipper", description="Asset number of the shipper")
    seal: Text = Field(title="Seal number")
    logger: Text = Field(title="Logger serial", description="Serial number of the data logger")
    charged_at: Utc = Field(title="Charged at", description="Shipper charged or conditioned")
    hold_time_h: float = Field(gt=0, le=2000, title="Hold time", description="Validated hours")


class ShipmentPacked(Event, Packed):
    name: ClassVar = "shipment.packed"


class ShipmentCollected(Event):
    name: ClassVar = "shipment.collected"

    seal: Text
    scanned_shipper: Text | None = None


class ShipmentDelivered(Event):
    name: ClassVar = "shipment.delivered"

    scanned_shipper: Text | None = None


class Received(Scanned):
    seal: Text = Field(title="Seal number", description="As read on arrival")
    seal_intact: bool = Field(title="Seal intact")


class ShipmentReceived(Event, Received):
    name: ClassVar = "shipment.received"


class Logged(Content):
    logger: Text = Field(title="Logger serial", description="Serial number read from the file")
    file_sha256: str = Field(pattern=r"^[0-9a-f]{64}$", title="File hash", description="SHA-256")
    readings: int = Field(ge=0, title="Readings", description="How many the file holds")


class TemperatureLogged(Event, Logged):
    name: ClassVar = "temperature.logged"


class Cited(Content):
    """Readings that a verdict rests on: from the first to the last of them, and the worst.

    A gap lies between two readings, or between one and an end of the leg.
    """

    kind: Literal["excursion", "gap", "lost"]
    since: Utc
    until: Utc
    readings: int = 0
    worst_c: float | None = None


class ColdChainFindings(Content):
    """What the readings of one leg say, from pack-out to receipt; minutes and degrees Celsius."""

    readings: int
    lowest_c: float | None
    highest_c: float | None
    minutes_outside: float
    longest_gap_min: float
    covers_leg: bool
    # What events of earlier versions do not say.
    interval_s: float | None = None
    lost_min: float = 0.0
    mean_kinetic_c: float | None = None
    opened: int = 0
    tilted: int = 0
    against_device: tuple[Text, ...] = ()
    untrusted: tuple[Text, ...] = ()
    file: int | None = None
    stretches: int = 0
    cites: tuple[Cited, ...] = ()


class ShipmentAccepted(Event, ColdChainFindings):
    name: ClassVar = "shipment.accepted"


class ShipmentQuarantined(Event, ColdChainFindings):
    name: ClassVar = "shipment.quarantined"

    objections: tuple[Objection, ...]


class DeviationAccepted(Event):
    name: ClassVar = "deviation.accepted"

    justification: Text


class DeviationRejected(Event):
    name: ClassVar = "deviation.rejected"

    justification: Text


class ProductAccepted(Event):
    name: ClassVar = "product.accepted"

    certificate_checked: bool
    out_of_specification: bool = False
