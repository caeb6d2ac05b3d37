"""The one door for readings of loggers under way: over HTTP and MQTT, as JSON or as an export.

What is taken and what is refused is committed, with the body as it came, before anybody is
answered.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine

from atmpflow.commands.shipment import RecordTemperatureLog
from atmpflow.errors import Refused
from atmpflow.journey import Facts
from atmpflow.people import Actor, Role
from atmpflow.rights import Span
from atmpflow.rules.leg import band_of_leg
from atmpflow.rules.logger import Registered, Said, calibration, differs
from atmpflow.rules.units import looks_like_fahrenheit
from models.authority import require_authority, require_for
from models.batches import (
    Became,
    OnLeg,
    Problem,
    Sending,
    alone,
    earlier,
    keep,
    leg_of_shipper,
    leg_with,
)
from models.database import Connection, transaction
from models.fault import fault
from models.lookups import facts_of
from models.reading import Readings
from models.registering import calibrations, registered
from tasks.live.complete import complete
from tasks.live.message import named, problem_of, read_message, rows, temperatures
from tasks.logger import LoggerExport, keep_log, read_export
from tasks.loggers.log import LoggerLog

JSON = "readings-json"
"""The format of a body that is a batch."""
MAY_SEND = RecordTemperatureLog.roles
NOT_ON_THE_LEG = timedelta(hours=1)
"""So long after receipt a logger's readings still belong to the leg that it travelled."""


def _unbelieved() -> dict[str, Refused]:
    """Why readings are refused whose logger is not believed, by code."""
    return {
        one.code: one
        for one in (
            Refused(
                "sensor-swapped",
                "sensor",
                "The readings are of another sensor than the one registered.",
                "Read the sensor's number from the device; register it, or send its own.",
            ),
            Refused(
                "unit-differs",
                "unit",
                "The readings are in another unit than the one registered.",
                "Set the logger to the unit it is registered with, or register it anew.",
            ),
            Refused(
                "zone-differs",
                "zone",
                "The times are in another zone than the one registered.",
                "Set the logger's clock to the zone it is registered with.",
            ),
            Refused(
                "clock-fault",
                "readings",
                "Readings are later than the moment at which they came in.",
                "Set the logger's clock; send times in UTC, not local time marked as UTC.",
            ),
            Refused(
                "unit-doubtful",
                "unit",
                "The readings look like Fahrenheit taken for Celsius.",
                "Look at the unit that the logger is set to, and send in that one.",
            ),
        )
    }


@dataclass(frozen=True, slots=True)
class Batch:
    """What came in, read: whose it is and what it says."""

    id: str
    export: LoggerExport
    log: LoggerLog
    zone: str | None
    """The zone of its times where they were local ones; none where each says its offset."""
    shipper: str | None = None
    sent_at: datetime | None = None
    problems: tuple[Problem, ...] = ()

    @property
    def moments(self) -> tuple[datetime, datetime]:
        """Of its first and its last reading."""
        times = [at for at, _ in self.log.readings]
        return times[0], times[-1]


def receive(engine: Engine, sending: Sending, logger: str | None = None) -> Became:
    """Take a batch in, or refuse it and keep why; the same batch again is answered as before.

    `logger` names whose an export is. Only an outage of the database is raised.
    """
    try:
        with transaction(engine) as connection:
            became, leg = _taken(connection, sending, logger)
            if not became.repeated:
                keep(connection, sending, became)
            fault("readings.kept")
    except Refused as refused:
        return keep_refused(engine, sending, logger, refused)
    if leg is not None:
        complete(engine, leg, now=sending.at)
    return became


def keep_refused(engine: Engine, sending: Sending, logger: str | None, refused: Refused) -> Became:
    """Keep a sending that is refused, and why."""
    batch, said = named(sending.content) if sending.kind == "json" else (None, logger)
    became = Became(batch, said, 0, (problem_of(refused),), refused.code)
    with transaction(engine) as connection:
        keep(connection, sending, became)
    return became


def _taken(
    connection: Connection, sending: Sending, logger: str | None
) -> tuple[Became, OnLeg | None]:
    """What became of a batch, and the leg it is about. Raises Refused."""
    actor = sending.actor
    _require_may_send(connection, actor, sending.at)
    batch = _read(sending, logger)
    alone(connection, actor.id, batch.id)
    if before := earlier(connection, actor.id, batch.id):
        return _repeated(sending, *before), None
    if not len(batch.log.readings):
        first = batch.problems[0]
        return Became(batch.id, batch.export.logger, 0, batch.problems, first["code"]), None
    known = _known(connection, batch, actor, sending.at)
    leg = _leg(connection, batch)
    file = None if leg is None else _kept(connection, batch, leg, actor, sending.at)
    return (
        Became(
            batch.id,
            batch.export.logger,
            len(batch.log.readings),
            batch.problems,
            shipment=leg.shipment if leg else None,
            file=file,
            warnings=tuple(_warnings(connection, known, batch)),
        ),
        leg,
    )


def _require_may_send(connection: Connection, actor: Actor, now: datetime) -> None:
    if actor.role not in MAY_SEND:
        raise Refused(
            "role-not-allowed",
            "actor.role",
            f"{actor.role} may not send readings.",
            f"This belongs to: {', '.join(sorted(MAY_SEND))}.",
        )
    require_authority(connection, actor, "send-readings", now)


def _repeated(sending: Sending, digest: bytes, before: Became) -> Became:
    if digest == sending.sha256:
        return before
    raise Refused(
        "batch-differs",
        "batch",
        "This batch was taken before with other content.",
        "Send new readings under a new number; what is sent again is the same byte for byte.",
    )


def _read(sending: Sending, logger: str | None) -> Batch:
    if sending.kind == "file":
        export = LoggerExport(
            sending.content, "export", logger or "", sending.zone, format=sending.format
        )
        log = read_export(export)
        if not len(log.readings):
            message, remedy = "The file holds no reading.", "Export the log again."
            raise Refused("logger-file-invalid", "file", message, remedy)
        return Batch(sending.sha256.hex(), export, log, log.zone)
    said = read_message(sending.content)
    log = LoggerLog(
        format=JSON,
        unit=said.unit,
        zone="UTC",
        readings=Readings.of(rows(said)),
        sensor=said.sensor,
        interval_s=said.interval_s,
        marks=said.marks,
    )
    export = LoggerExport(sending.content, "batch", said.logger, "UTC", format=JSON)
    return Batch(said.batch, export, log, None, said.shipper, said.sent_at, said.problems)


def _known(connection: Connection, batch: Batch, actor: Actor, now: datetime) -> Registered:
    """The logger as registered, where its readings are as it says. Raises Refused."""
    known = registered(connection, batch.export.logger, now)
    if known is None:
        raise Refused(
            "logger-unknown",
            "logger",
            "No logger in use is registered under this serial number.",
            "Read the number from the device, or register it: atmpflow logger add.",
        )
    if actor.role is Role.COURIER and known.sender != actor.id:
        raise Refused(
            "sender-not-assigned",
            "logger",
            "This logger's readings are to be sent under another account.",
            "Send as the account it is registered with, or register it anew: atmpflow logger add.",
        )
    log = batch.log
    latest = max(filter(None, (batch.moments[1], batch.sent_at)))
    said = Said(log.unit, batch.zone or known.zone, log.sensor, latest, now)
    for code in differs(known, said):
        raise _unbelieved()[code]
    return known


def _leg(connection: Connection, batch: Batch) -> OnLeg | None:
    """The shipment that the logger travels in. Raises Refused where it names another's shipper."""
    since, until = batch.moments
    leg = leg_with(connection, batch.export.logger, since - NOT_ON_THE_LEG, until)
    if batch.shipper is None:
        return leg
    other = leg_of_shipper(connection, batch.shipper, since - NOT_ON_THE_LEG, until)
    if other is None or (leg is not None and leg.shipment == other.shipment):
        return leg
    raise Refused(
        "logger-mismatch",
        "logger",
        "Another logger was packed into this shipper.",
        "Read the serial number from the logger in the shipper; send that logger's readings.",
    )


def _kept(
    connection: Connection, batch: Batch, leg: OnLeg, actor: Actor, now: datetime
) -> int | None:
    """Keep the readings under their shipment; the number of their file. Raises Refused."""
    facts = facts_of(connection, leg.journey)
    _require_own(connection, actor, facts, now)
    if looks_like_fahrenheit(temperatures(list(batch.log.readings)), band_of_leg(facts)):
        raise _unbelieved()["unit-doubtful"]
    number = keep_log(connection, batch.export, batch.log, leg.shipment)
    if number is not None:
        return number
    row: Any = connection.execute(
        "SELECT number FROM logger_file WHERE sha256 = %s AND shipment_id = %s",
        (batch.export.sha256, leg.shipment),
    ).fetchone()
    return row[0]


def _require_own(connection: Connection, actor: Actor, facts: Facts, now: datetime) -> None:
    """A courier answers for the logger; who sends or receives answers for the journey."""
    if actor.role is not Role.COURIER:
        require_for(connection, actor, "send-readings", facts, now)


def _warnings(connection: Connection, known: Registered, batch: Batch) -> Iterator[str]:
    """The readings are taken all the same: to warn of a warming shipper they are good enough."""
    over = Span(*batch.moments)
    found = calibration(calibrations(connection, known.serial), over.since, over.until)
    if found is not None:
        yield found
