"""Judging a leg: what its readings say, and whether the device itself says the same."""

from collections.abc import Sequence
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
from atmpflow.products.spec import Band
from atmpflow.rights import Span
from atmpflow.rules.cold_chain import Findings
from atmpflow.rules.device import disagreements
from atmpflow.rules.leg import band_of_leg
from atmpflow.rules.logger import Registered, Said, untrusted
from models.database import Connection, transaction
from models.judging import Leg, findings
from models.registering import calibrations, registered
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
        on_record = _on_record(connection, logged.logger, packed)
    if log is None:
        found = replace(found, untrusted=("log-unreadable",))
    else:
        came = facts.when(TemperatureLogged)
        found = with_device(found, log, leg)
        found = trusted(found, log, leg, on_record, band=band_of_leg(facts), came_at=came)
    values: dict[str, Any] = {field: getattr(found, field) for field in found.__dataclass_fields__}
    return AssessShipment(occurred_at=at, **values)


def _log(connection: Connection, found: Findings) -> LoggerLog | None:
    """The file read again as it was kept; none where that cannot be done any more."""
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


OnRecord = tuple[Registered | None, Sequence[Span]]
"""A logger as the register has it, and its calibrations."""


def _on_record(connection: Connection, serial: str, at: datetime) -> OnRecord:
    return registered(connection, serial, at), calibrations(connection, serial)


def trusted(
    found: Findings,
    log: LoggerLog,
    leg: Leg,
    on_record: OnRecord,
    *,
    band: Band,
    came_at: datetime | None,
) -> Findings:
    """The findings with every reason not to believe the logger that they are of."""
    rows = list(log.readings)
    latest = rows[-1][0] if rows else None
    said = Said(log.unit, log.zone, log.sensor, latest, came_at)
    if log.gathered and on_record[0] is not None:
        said = replace(said, unit=on_record[0].unit, zone=on_record[0].zone)
    celsius = [one for at, one in rows if one is not None and leg.since <= at <= leg.until]
    over = Span(leg.since, leg.until)
    return replace(found, untrusted=untrusted(*on_record, said, over, celsius, band))


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
