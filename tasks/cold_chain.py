"""Judging a leg: what its readings say, taken from the database in one query."""

from datetime import datetime
from typing import Any

from atmpflow.commands.shipment import AssessShipment
from atmpflow.events.shipment import (
    CourierBooked,
    ShipmentPacked,
    ShipmentReceived,
    TemperatureLogged,
)
from atmpflow.journey import Facts
from atmpflow.rules.leg import band_of_leg
from models.database import transaction
from models.reading import Leg, findings
from tasks.answer import NotYet
from tasks.engine import engine


def assess_shipment(facts: Facts, at: datetime) -> AssessShipment:
    """The readings from pack-out to receipt against the band of the leg."""
    booked = facts.last(CourierBooked)
    packed, received = facts.when(ShipmentPacked), facts.when(ShipmentReceived)
    logged = facts.last(TemperatureLogged)
    if booked is None or packed is None or received is None or logged is None:
        raise NotYet("the leg's log is not here")
    leg = Leg(booked.shipment, bytes.fromhex(logged.file_sha256), packed, received)
    with transaction(engine()) as connection:
        found = findings(connection, leg, band_of_leg(facts))
    values: dict[str, Any] = {field: getattr(found, field) for field in found.__dataclass_fields__}
    return AssessShipment(occurred_at=at, **values)
