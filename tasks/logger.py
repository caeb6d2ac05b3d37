"""A logger's export: read, kept byte for byte, copied in, and recorded as a command."""

import csv
import io
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import Engine

from atmpflow.commands.shipment import RecordTemperatureLog
from atmpflow.errors import Refused
from atmpflow.events.shipment import CourierBooked
from atmpflow.people import Actor
from models.database import transaction
from models.fault import fault
from models.lookups import facts_of
from models.reading import Row, copy_readings, keep_file
from models.record import Answer, Request, record
from models.shipment import LoggerFile
from tasks import clock

COLUMNS = ("timestamp", "temp_c")
COLDEST_C, WARMEST_C = -273.15, 100.0


@dataclass(frozen=True, slots=True)
class LoggerExport:
    """A logger's file as it came, with the serial number and the zone of its clock."""

    content: bytes
    filename: str
    logger: str
    zone: str = "UTC"

    @property
    def sha256(self) -> bytes:
        return sha256(self.content).digest()


def _refuse(field: str, message: str, remedy: str) -> Refused:
    return Refused("logger-file-invalid", field, message, remedy)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise _refuse("zone", "There is no such time zone.", "Give one such as UTC.") from None


def _moment(text: str, zone: ZoneInfo, place: str) -> datetime:
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        raise _refuse(place, "Not a time.", "Write it as 2026-03-01 09:30.") from None
    local = found if found.tzinfo else found.replace(tzinfo=zone)
    return local.astimezone(UTC)


def _celsius(text: str, place: str) -> float | None:
    if not text.strip():
        return None  # the sensor was disconnected
    try:
        found = float(text)
    except ValueError:
        raise _refuse(place, "Not a number.", "Use a decimal point: -151.2.") from None
    if not COLDEST_C <= found <= WARMEST_C:
        raise _refuse(place, "Not a possible temperature.", "Give degrees Celsius.")
    return found


def read_export(export: LoggerExport) -> list[Row]:
    """Every reading, in UTC, in order of time; repeated moments are refused.

    The file is CSV with a header and the columns `timestamp` and `temp_c`. Raises Refused
    `logger-file-invalid` with the row.
    """
    try:
        text = export.content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _refuse("file", "Not a text file in UTF-8.", "Export it as CSV.") from None
    table = csv.DictReader(io.StringIO(text))
    missing = [name for name in COLUMNS if name not in (table.fieldnames or ())]
    if missing:
        raise _refuse("file", f"Column {missing[0]} is missing.", "Name it in the first row.")
    zone = _zone(export.zone)
    rows = [_row(row, number, zone) for number, row in enumerate(table, start=2)]
    rows.sort(key=lambda row: row[0])
    if len({at for at, _ in rows}) != len(rows):
        raise _refuse("timestamp", "Two readings have the same moment.", "Export the log again.")
    return rows


def _row(row: dict[str, str | None], number: int, zone: ZoneInfo) -> Row:
    at, celsius = row["timestamp"] or "", row["temp_c"] or ""
    return (
        _moment(at, zone, f"row {number}, timestamp"),
        _celsius(celsius, f"row {number}, temp_c"),
    )


def record_log(
    engine: Engine, journey: UUID, export: LoggerExport, actor: Actor, *, at: datetime
) -> Answer:
    """Keep the file, copy its readings in, and record that the leg's log is here."""
    rows = read_export(export)
    with transaction(engine) as connection:
        booked = facts_of(connection, journey).last(CourierBooked)
        if booked is None:
            raise Refused("out-of-order", "", "No shipment is booked.", "Book the courier first.")
        file = LoggerFile(
            sha256=export.sha256,
            shipment_id=booked.shipment,
            logger=export.logger,
            content=export.content,
            received_at=clock.wall(),
        )
        if keep_file(connection, file):
            copy_readings(connection, booked.shipment, export.sha256, rows)
    fault("log.copied")
    command = RecordTemperatureLog(
        occurred_at=at,
        logger=export.logger,
        file_sha256=export.sha256.hex(),
        readings=len(rows),
    )
    key = f"log:{booked.shipment}:{export.sha256.hex()}"
    return record(engine, Request(command, actor, key, journey), clock.wall())
