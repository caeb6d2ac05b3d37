"""Plain CSV of any maker: columns, unit, zone and decimal sign come from a small data file."""

import csv
import io
import os
import tomllib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, tzinfo
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from math import isfinite
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, ValidationError

from atmpflow.errors import Refused
from atmpflow.rules.units import celsius_of
from models.reading import Row
from tasks.loggers.log import LoggerLog, Marks, in_order, possible, refuse, usual_interval_s
from tasks.loggers.marks import read_marks
from tasks.loggers.regular import regular

FOLDER = "ATMPFLOW_LOGGER_FORMATS"


class Format(BaseModel):
    """How one kind of CSV is read; nothing about it is guessed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    title: str
    timestamp: str
    temperature: str
    unit: Literal["C", "F"]
    time_format: str = "iso"
    """`iso`, or as Python's strptime reads it."""
    zone: str = "given"
    """A zone, or `given`: it is named with the file."""
    delimiter: str = ","
    decimal: Literal[".", ","] = "."
    disconnected: tuple[str, ...] = ("", "--.-")
    serial: str | None = None
    """Column with the serial number of the logger."""
    sensor: str | None = None
    """Column with the number of the sensor."""
    opened: str | None = None
    """Column with a mark where the door or lid was open."""
    tilted: str | None = None
    gathered: bool = False
    """Written by us, of readings that each said their unit and their offset from UTC."""


@cache
def formats() -> dict[str, Format]:
    """Every format by name: the package's and those of ATMPFLOW_LOGGER_FORMATS."""
    more = os.environ.get(FOLDER)
    folders = [resources.files("tasks.loggers") / "formats", *([Path(more)] if more else [])]
    files = (one for folder in folders for one in folder.iterdir() if one.name.endswith(".toml"))
    return {found.name: found for found in map(_format, files)}


def _format(file: Traversable) -> Format:
    try:
        return Format.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    except (ValidationError, tomllib.TOMLDecodeError) as error:
        raise refuse(file.name, "Not a description of a CSV format.", str(error)) from None


def format_named(name: str) -> Format:
    """The format of that name. Raises Refused with the known ones."""
    found = formats().get(name)
    if found is None:
        known = ", ".join(sorted(formats()))
        raise refuse("format", "There is no such format.", f"Use one of: {known}.")
    return found


def zone_named(name: str) -> tzinfo:
    """A time zone by name. Raises Refused."""
    try:
        return UTC if name == "UTC" else ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise refuse("zone", "There is no such time zone.", "Give one such as UTC.") from None


def read_mapped(text: str, described: Format, zone: str) -> LoggerLog:
    """A CSV file as its description says. Raises Refused `logger-file-invalid` with the row."""
    named = zone if described.zone == "given" else described.zone
    clock = zone_named(named)
    readings = regular(text) if clock is UTC and described.name == "plain" else None
    serial, sensor, marks = None, None, Marks()
    if readings is None:
        table = csv.reader(io.StringIO(text), delimiter=described.delimiter)
        header = next(table, [])
        columns = _columns(header, described)
        readings = in_order(_rows(table, columns, _reader(described, clock)))
        serial, sensor = (
            next(iter(_values(text, described, column, header)), None)
            for column in (described.serial, described.sensor)
        )
        moment = _moments(described.time_format, clock)
        marked = (described.opened, described.tilted)
        marks = read_marks(text, described.delimiter, described.timestamp, marked, moment)
    return LoggerLog(
        format=described.name,
        unit=described.unit,
        zone=named,
        readings=readings,
        serial=serial,
        sensor=sensor,
        interval_s=usual_interval_s(readings),
        marks=marks,
        gathered=described.gathered,
    )


def _columns(header: list[str], described: Format) -> tuple[int, int]:
    names = [name.strip() for name in header]
    for wanted in (described.timestamp, described.temperature):
        if wanted not in names:
            raise refuse("file", f"Column {wanted} is missing.", "Name it in the first row.")
    return names.index(described.timestamp), names.index(described.temperature)


def _values(text: str, described: Format, column: str | None, header: list[str]) -> list[str]:
    if column is None or column not in header:
        return []
    rows = csv.DictReader(io.StringIO(text), delimiter=described.delimiter)
    found = {(row[column] or "").strip() for row in rows} - {""}
    if len(found) > 1:
        raise refuse(column, "The file holds several of them.", "Export one logger a file.")
    return sorted(found)


Read = Callable[[str, str, int], Row]


def _rows(table: Iterator[list[str]], columns: tuple[int, int], read: Read) -> Iterator[Row]:
    when, what = columns
    last = max(columns)
    for number, row in enumerate(table, start=2):
        if not row:
            continue
        if len(row) <= last:
            raise refuse(f"row {number}", "The row is cut short.", "Export the log again.")
        yield read(row[when], row[what], number)


def _reader(described: Format, zone: tzinfo) -> Read:
    moment = _moments(described.time_format, zone)
    celsius = _celsius(described)

    def read(when: str, what: str, number: int) -> Row:
        return moment(when, number), celsius(what, number)

    return read


def _moments(time_format: str, zone: tzinfo) -> Callable[[str, int], datetime]:
    def parsed(text: str) -> datetime:
        if time_format == "iso":
            return datetime.fromisoformat(text)
        return datetime.strptime(text.strip(), time_format)  # noqa: DTZ007 - the zone is given

    def moment(text: str, number: int) -> datetime:
        try:
            found = parsed(text)
        except ValueError:
            place = f"row {number}, timestamp"
            raise refuse(place, "Not a time.", "Write it as 2026-03-01 09:30.") from None
        if found.tzinfo is None:
            found = _local(found, zone, number)
        return found if found.tzinfo is UTC else found.astimezone(UTC)

    return moment


def _local(found: datetime, zone: tzinfo, number: int) -> datetime:
    """A wall clock's time in its zone; the hour that a change of the clocks skips is refused."""
    here = found.replace(tzinfo=zone)
    if zone is not UTC and here.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != found:
        place = f"row {number}, timestamp"
        raise refuse(place, "That time did not exist in this zone.", "Is the log in UTC?")
    return here


def _celsius(described: Format) -> Callable[[str, int], float | None]:
    def refused(number: int, message: str, remedy: str) -> Refused:
        return refuse(f"row {number}, {described.temperature}", message, remedy)

    def celsius(text: str, number: int) -> float | None:
        if text in described.disconnected:
            return None
        try:
            value = _number(text, described.decimal)
        except ValueError as error:
            raise refused(number, str(error), "Use a decimal point: -151.2.") from None
        place = f"row {number}, {described.temperature}"
        return possible(celsius_of(value) if described.unit == "F" else value, place)

    return celsius


def _number(text: str, decimal: str) -> float:
    """Raises ValueError with what is wrong."""
    other = "," if decimal == "." else "."
    if other in text:
        raise ValueError(f"A decimal {other} where {decimal} is used; name the right format.")
    try:
        found = float(text.replace(decimal, "."))
    except ValueError:
        raise ValueError("Not a number.") from None
    if not isfinite(found):
        raise ValueError("Not a number.")
    return found
