"""May the logger of a leg be believed? One that is unknown, not calibrated or whose clock is wrong
holds the unit, whatever its readings say.

Source: EU GDP 2013/C 343/01, 3.3 (calibrated equipment) and 9.4 (monitoring of transport);
ISO 21973:2020 (monitoring devices of a consignment).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from atmpflow.products.spec import Band
from atmpflow.rights import Span
from atmpflow.rules.units import looks_like_fahrenheit

CLOCKS_APART = timedelta(minutes=5)
"""Operational default: so far ahead a logger's clock may be of the moment its readings come in."""

UNTRUSTED = {
    "logger-unknown": "the logger was not on the register when the shipper was packed",
    "sensor-swapped": "the readings are of another sensor than the one registered",
    "unit-differs": "the readings are in another unit than the one registered",
    "unit-doubtful": "the readings look like Fahrenheit taken for Celsius",
    "zone-differs": "the times are in another zone than the one registered",
    "clock-fault": "readings are later than the moment at which they came in",
    "log-unreadable": "the logger's file can no longer be read here",
    "calibration-missing": "no calibration of the logger is on record",
    "calibration-expired": "no calibration of the logger covers the whole leg",
}
"""Why a logger is not believed, by code: the code of the reason that holds the unit."""


@dataclass(frozen=True, slots=True)
class Registered:
    """A logger as the register has it."""

    serial: str
    model: str
    sensor: str
    unit: str
    """C or F, as it writes."""
    zone: str
    """The zone of its clock."""
    interval_s: float
    owner: str
    """Code of the organisation that it belongs to."""
    sender: str | None = None
    """The account that may send its readings while it travels; none: nobody may."""


@dataclass(frozen=True, slots=True)
class Said:
    """What readings say of themselves, as they came in."""

    unit: str
    zone: str
    sensor: str | None = None
    """None where the format has no place for it."""
    latest: datetime | None = None
    """The moment of the newest reading, UTC."""
    came_at: datetime | None = None


def differs(registered: Registered, said: Said) -> Iterator[str]:
    """Codes of where readings are not as the register has their logger."""
    if said.sensor is not None and said.sensor != registered.sensor:
        yield "sensor-swapped"
    if said.unit != registered.unit:
        yield "unit-differs"
    if said.latest is not None and not same_zone(said.zone, registered.zone, said.latest):
        yield "zone-differs"
    if is_ahead(said.latest, said.came_at):
        yield "clock-fault"


def is_ahead(latest: datetime | None, came_at: datetime | None) -> bool:
    """Is a reading later than it can be? Local time taken for UTC looks like this in summer."""
    return latest is not None and came_at is not None and latest - came_at > CLOCKS_APART


def calibration(calibrations: Sequence[Span], since: datetime, until: datetime) -> str | None:
    """What is wrong with the calibrations of a logger over a time; none where one covers it."""
    if not calibrations:
        return "calibration-missing"
    covered = any(one.since <= since and until < one.until for one in calibrations)
    return None if covered else "calibration-expired"


def untrusted(
    registered: Registered | None,
    calibrations: Sequence[Span],
    said: Said,
    leg: Span,
    celsius: Sequence[float],
    band: Band,
) -> tuple[str, ...]:
    """Codes of every reason not to believe the logger of a leg; `leg` is pack-out to receipt."""
    found: list[str | None] = [None if registered else "logger-unknown"]
    found.extend(differs(registered, said) if registered else ())
    if looks_like_fahrenheit(celsius, band):
        found.append("unit-doubtful")
    found.append(calibration(calibrations, leg.since, leg.until))
    return tuple(code for code in UNTRUSTED if code in found)


def shortest_s(intervals: Iterable[float | None]) -> float | None:
    """The interval that gaps are held against: the shortest that anything says."""
    return min((one for one in intervals if one is not None), default=None)


def same_zone(one: str, other: str, at: datetime) -> bool:
    """Do clocks of two zones show the same at a moment? Raises ValueError for what is no zone."""
    return (
        one == other
        or at.astimezone(_zone(one)).utcoffset() == at.astimezone(_zone(other)).utcoffset()
    )


def _zone(name: str) -> tzinfo:
    """A zone by name, or as an offset is written: UTC+05:30."""
    if name.startswith("UTC") and len(name) == len("UTC+05:30"):
        hours, minutes = int(name[4:6]), int(name[7:9])
        away = timedelta(hours=hours, minutes=minutes)
        return timezone(-away if name[3] == "-" else away)
    return ZoneInfo(name)
