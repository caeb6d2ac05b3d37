"""Judging a leg: what its readings say, and whether the device itself says the same."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from atmpflow.commands.shipment import AssessShipment
from atmpflow.errors import Refused
from atmpflow.events.shipment import (
    CourierBooked,
    ShipmentPacked,
    ShipmentReceived,
    TemperatureLogged,
)
from atmpflow.journey import Facts
from atmpflow.rules.cold_chain import Findings
from atmpflow.rules.device import disagreements
from atmpflow.rules.leg import band_of_leg
from models.database import Connection, transaction
from models.judging import Leg, findings
from tasks.answer import NotYet
from tasks.engine import engine
from tasks.loggers.log import LoggerLog
from tasks.loggers.reader import read_log


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
        log = _log(connection, found)
    found = found if log is None else with_device(found, log, leg)
    values: dict[str, Any] = {field: getattr(found, field) for field in found.__dataclass_fields__}
    return AssessShipment(occurred_at=at, **values)


def _log(connection: Connection, found: Findings) -> LoggerLog | None:
    """The file read again as it was kept; none where its readings came one by one."""
    row: Any = connection.execute(
        "SELECT content, format, zone FROM logger_file WHERE number = %s", (found.file,)
    ).fetchone()
    if row is None:
        return None
    content, format, zone = row
    try:
        return read_log(bytes(content), zone=zone, format=format)
    except Refused:
        return None


def with_device(found: Findings, log: LoggerLog, leg: Leg) -> Findings:
    """The findings with what the device marked on the way, and where it says otherwise.

    Its own minutes, alarms and extremes are of its whole file, and are compared with all of it.
    """
    minute = timedelta(minutes=1)
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    readings = [((at - epoch) / minute, celsius) for at, celsius in log.readings]
    interval = None if log.interval_s is None else log.interval_s / 60
    return replace(
        found,
        opened=sum(leg.since <= at <= leg.until for at in log.marks.opened),
        tilted=sum(leg.since <= at <= leg.until for at in log.marks.tilted),
        against_device=disagreements(log.device, readings, interval),
    )
