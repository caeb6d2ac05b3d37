"""A logger's export: read, kept byte for byte, copied in, and recorded as a command."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from sqlalchemy import Engine

from atmpflow.commands.shipment import RecordTemperatureLog
from atmpflow.errors import Refused
from atmpflow.events.shipment import CourierBooked
from atmpflow.people import Actor
from atmpflow.rules.logger import shortest_s
from models.database import Connection, transaction
from models.fault import fault
from models.lookups import facts_of
from models.reading import copy_readings, keep_file
from models.record import Answer, Request, record
from models.registering import registered
from models.shipment import LoggerFile
from tasks import clock
from tasks.loggers.log import LoggerLog
from tasks.loggers.reader import PLAIN, read_log


@dataclass(frozen=True, slots=True)
class LoggerExport:
    """A logger's file as it came, with the serial number and the zone of its clock."""

    content: bytes
    filename: str
    logger: str
    zone: str = "UTC"
    format: str = PLAIN

    @property
    def sha256(self) -> bytes:
        return sha256(self.content).digest()


def read_export(export: LoggerExport) -> LoggerLog:
    """What the export says, in UTC and degrees Celsius. Raises Refused `logger-file-invalid`,
    or `logger-mismatch` where the file names another logger than the one it was sent for."""
    log = read_log(export.content, zone=export.zone, format=export.format)
    if log.serial is not None and log.serial != export.logger:
        raise Refused(
            "logger-mismatch",
            "logger",
            "The file was written by another logger.",
            "Read the serial number from the logger in the shipper; send that logger's file.",
        )
    return log


def keep_log(
    connection: Connection, export: LoggerExport, log: LoggerLog, shipment: UUID
) -> int | None:
    """Keep an export and copy its readings in; its number, or none when this very file is here.

    What it does not say of itself, sensor and interval, is as its logger is registered.
    """
    known = registered(connection, export.logger, clock.wall())
    file = LoggerFile(
        sha256=export.sha256,
        shipment_id=shipment,
        logger=export.logger,
        content=export.content,
        received_at=clock.wall(),
        format=log.format,
        unit=log.unit,
        zone=log.zone,
        interval_s=shortest_s((log.interval_s, known.interval_s if known else None)),
        sensor=log.sensor or (known.sensor if known else None),
    )
    number = keep_file(connection, file)
    if number is not None:
        copy_readings(connection, number, log.readings)
    return number


def record_log(
    engine: Engine, journey: UUID, export: LoggerExport, actor: Actor, *, at: datetime
) -> Answer:
    """Keep the file, copy its readings in, and record that the leg's log is here."""
    log = read_export(export)
    with transaction(engine) as connection:
        booked = facts_of(connection, journey).last(CourierBooked)
        if booked is None:
            raise Refused("out-of-order", "", "No shipment is booked.", "Book the courier first.")
        keep_log(connection, export, log, booked.shipment)
    fault("log.copied")
    command = RecordTemperatureLog(
        occurred_at=at,
        logger=export.logger,
        file_sha256=export.sha256.hex(),
        readings=len(log.readings),
    )
    key = f"log:{booked.shipment}:{export.sha256.hex()}"
    return record(engine, Request(command, actor, key, journey), clock.wall())
