"""What a logger's file says, whatever its format."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np

from atmpflow.errors import Refused
from atmpflow.rules.device import DeviceSays
from models.reading import Readings, Row

COLDEST_C, WARMEST_C = -273.15, 100.0


@dataclass(frozen=True, slots=True)
class Marks:
    """What the device marked beside temperatures, in UTC: door or light, tilt or shock."""

    opened: tuple[datetime, ...] = ()
    tilted: tuple[datetime, ...] = ()


@dataclass(frozen=True, slots=True)
class LoggerLog:
    """One file: which logger and sensor, in which unit, zone and interval, and its readings."""

    format: str
    unit: str
    """C or F, as the file has it; `readings` are degrees Celsius in any case."""
    zone: str
    readings: Readings
    serial: str | None = None
    sensor: str | None = None
    interval_s: float | None = None
    device: DeviceSays = field(default_factory=DeviceSays)
    marks: Marks = field(default_factory=Marks)
    gathered: bool = False
    """Its readings came one by one and said their own unit and zone: the logger's are not known
    from it."""


def refuse(field: str, message: str, remedy: str) -> Refused:
    """What is wrong with a file, and where."""
    return Refused("logger-file-invalid", field, message, remedy)


def possible(celsius: float, place: str) -> float:
    """The temperature, if there can be one like it. Raises Refused."""
    if celsius < COLDEST_C:
        raise refuse(place, "Below absolute zero.", "Is this Fahrenheit? Name the unit: F.")
    if celsius > WARMEST_C:
        raise refuse(place, "Hotter than any shipment.", "Is this Fahrenheit? Name the unit: F.")
    return celsius


def in_order(rows: Iterable[Row]) -> Readings:
    """Readings in order of time; two of one moment are refused: the clock was set back."""
    return sorted_readings(Readings.of(rows))


def sorted_readings(readings: Readings) -> Readings:
    """The same, of columns."""
    if np.any(readings.at_us[1:] <= readings.at_us[:-1]):
        order = np.argsort(readings.at_us, kind="stable")
        readings = Readings(readings.at_us[order], readings.celsius[order])
    if np.any(readings.at_us[1:] == readings.at_us[:-1]):
        raise refuse(
            "timestamp",
            "Two readings have the same moment.",
            "Export the log in UTC, or with the offset of each reading.",
        )
    return readings


def usual_interval_s(readings: Readings) -> float | None:
    """The median seconds between two readings; none where there are fewer than three."""
    if len(readings) < 3:
        return None
    return float(np.median(np.diff(readings.at_us))) / 1e6
