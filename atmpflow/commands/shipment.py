"""A shipment leg: what may be asked."""

from typing import ClassVar, Literal
from uuid import UUID

from pydantic import Field

from atmpflow.codes.scan import ScannedShipper
from atmpflow.events.shipment import ColdChainFindings, Logged, Packed, Received, Sscc
from atmpflow.message import Command, Text
from atmpflow.people import Role


class BookCourier(Command):
    """Book the leg that is next; the courier's reference comes from the courier."""

    name: ClassVar = "book-courier"
    roles: ClassVar = frozenset({Role.SYSTEM, Role.COORDINATOR})

    shipment: UUID = Field(title="Shipment", description="Opaque id of the new shipment")
    courier: Text = Field(title="Courier")
    reference: Text = Field(title="Courier's reference")
    sscc: Sscc | None = Field(
        default=None, title="SSCC", description="Code of the shipper on this leg (GS1)"
    )


class PackShipment(Command, Packed):
    """Packed, sealed and with a logger running."""

    name: ClassVar = "pack-shipment"
    roles: ClassVar = frozenset({Role.LABORATORY, Role.MANUFACTURER})


class CollectShipment(Command):
    """The courier took the shipper over."""

    name: ClassVar = "collect-shipment"
    roles: ClassVar = frozenset({Role.COURIER})

    seal: Text = Field(title="Seal number", description="As read at collection")
    scanned_shipper: ScannedShipper = Field(
        title="Scanned shipper", description="Label of the shipper: its SSCC, or its own number"
    )


class DeliverShipment(Command):
    """The courier handed the shipper over at its destination."""

    name: ClassVar = "deliver-shipment"
    roles: ClassVar = frozenset({Role.COURIER})

    scanned_shipper: ScannedShipper = Field(
        title="Scanned shipper", description="Label of the shipper: its SSCC, or its own number"
    )


class ReceiveShipment(Command, Received):
    """The receiver read seal and labels on arrival."""

    name: ClassVar = "receive-shipment"
    roles: ClassVar = frozenset({Role.MANUFACTURER, Role.PHARMACIST})


class RecordTemperatureLog(Command, Logged):
    """The logger's file was read; the readings themselves are in their own table."""

    name: ClassVar = "record-temperature-log"
    roles: ClassVar = frozenset({Role.COURIER, Role.MANUFACTURER, Role.PHARMACIST})


class AssessShipment(Command, ColdChainFindings):
    """The engine holds the readings of the leg against the product's band."""

    name: ClassVar = "assess-shipment"
    roles: ClassVar = frozenset({Role.SYSTEM})


class DecideDeviation(Command):
    """Accept or reject what was quarantined, with a justification code."""

    name: ClassVar = "decide-deviation"
    roles: ClassVar = frozenset({Role.QP})

    decision: Literal["accept", "reject"] = Field(title="Decision")
    justification: Text = Field(title="Justification", description="Document number")


class AcceptProduct(Command):
    """The ATMP pharmacist checked certificate, seal, labels and log, and releases to the ward."""

    name: ClassVar = "accept-product"
    roles: ClassVar = frozenset({Role.PHARMACIST})

    certificate_checked: Literal[True] = Field(title="Certificate checked")
    out_of_specification: bool = Field(
        default=False,
        title="Out of specification",
        description="As the certificate says, where it was released on request",
    )
