"""When collection, transit or a slot goes wrong: what may be asked."""

from typing import ClassVar

from atmpflow.events.recovery import Lost, Moved, NewCourier, Predicted, Uncollected
from atmpflow.message import Command
from atmpflow.people import Role


class FailCollection(Command, Uncollected):
    """Nothing could be collected today."""

    name: ClassVar = "fail-collection"
    roles: ClassVar = frozenset({Role.NURSE})


class OrderRecollection(Command, Lost):
    """Collect from the patient again; what there is is written off."""

    name: ClassVar = "order-recollection"
    roles: ClassVar = frozenset({Role.COORDINATOR, Role.PHYSICIAN})


class OrderReplacement(Command, Lost):
    """Order or allocate another product; what there is is written off."""

    name: ClassVar = "order-replacement"
    roles: ClassVar = frozenset({Role.COORDINATOR, Role.PHYSICIAN, Role.PHARMACIST})


class GiveUpSupply(Command, Lost):
    """Decide that this patient gets no such product."""

    name: ClassVar = "give-up-supply"
    roles: ClassVar = frozenset({Role.PHYSICIAN})


class ChangeCourier(Command, NewCourier):
    """Send another courier for a shipment that is booked or under way."""

    name: ClassVar = "change-courier"
    roles: ClassVar = frozenset({Role.COORDINATOR, Role.COURIER, Role.MANUFACTURER})


class PredictBandExit(Command, Predicted):
    """The engine tells of a shipper under way that will leave its band."""

    name: ClassVar = "predict-band-exit"
    roles: ClassVar = frozenset({Role.SYSTEM})


class Reschedule(Command, Moved):
    """Move slots that were missed or cannot be kept; the others stay."""

    name: ClassVar = "reschedule"
    roles: ClassVar = frozenset({Role.COORDINATOR, Role.MANUFACTURER})
