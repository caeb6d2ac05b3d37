"""Text exports of Berlinger Q-tag and Fridge-tag loggers: conf, the device's results, readings."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone

from atmpflow.rules.device import Alarm, DeviceSays
from atmpflow.rules.units import celsius_of
from models.reading import Row
from tasks.loggers.log import LoggerLog, in_order, possible, refuse

_SECTION = re.compile(r"^([A-Za-z]+):\s*$")
_ALARM_LIMIT = re.compile(r"T AL: ([+-]?[0-9.]+), t AL: ([0-9]+)")
_Q_ALARM = re.compile(r"Type: ([0-9]+), T AL: ([+-]?[0-9.]+)")
_READING = re.compile(r"^\t(\d{4}-\d\d-\d\d \d\d:\d\d)\t([^\t]*)")
SINGLE = ("1", "2")
"""Q-tag's alarm types that count one event at a time; 3 and 4 add all events up."""


def is_berlinger(text: str) -> bool:
    """Does the file begin as these devices write it?"""
    return text.startswith("Device: Q-tag")


def read_berlinger(text: str) -> LoggerLog:
    """The whole file. Raises Refused `logger-file-invalid` with the line."""
    parts = _sections(text)
    conf = _fields(parts.get("Conf", []))
    zone = _offset(conf.get("Zone"))
    unit = conf.get("Temp unit", "C")
    if unit not in ("C", "F"):
        raise refuse("Temp unit", "Neither C nor F.", "Export the log again.")
    readings = in_order(_readings(parts.get("Data", []), zone, unit))
    minutes = conf.get("Logging Interval")
    return LoggerLog(
        format="berlinger",
        unit=unit,
        zone=str(zone),
        readings=readings,
        serial=conf.get("Serial"),
        sensor=conf.get("PCB"),
        interval_s=float(minutes) * 60 if minutes else None,
        device=_device(parts, conf),
    )


def _sections(text: str) -> dict[str, list[tuple[int, str]]]:
    """The lines of each part, with their numbers."""
    parts: dict[str, list[tuple[int, str]]] = {}
    name = ""
    for number, line in enumerate(text.splitlines(), start=1):
        found = _SECTION.match(line)
        if found:
            name = found[1]
        parts.setdefault(name, []).append((number, line))
    return parts


def _fields(lines: list[tuple[int, str]]) -> dict[str, str]:
    """`Name: value` of the first level, e.g. ` Serial: 130500109088`."""
    pairs = (line.strip().partition(": ") for _, line in lines if re.match(r"^ [A-Za-z]", line))
    return {name.strip(): value.strip() for name, _, value in pairs if value.strip()}


def _offset(text: str | None) -> timezone:
    """The device's zone: hours and minutes from UTC, e.g. 5.30."""
    if text is None:
        raise refuse("Zone", "The file names no time zone.", "Export it with its configuration.")
    found = re.fullmatch(r"([+-]?)([0-9]{1,2})\.([0-9]{2})", text)
    if found is None:
        raise refuse("Zone", "Not an offset from UTC.", "Write it as 0.00 or +5.30.")
    away = timedelta(hours=int(found[2]), minutes=int(found[3]))
    return timezone(-away if found[1] == "-" else away)


def _readings(lines: list[tuple[int, str]], zone: timezone, unit: str) -> Iterator[Row]:
    for number, line in lines:
        found = _READING.match(line)
        if found is None:
            continue
        at = datetime.fromisoformat(found[1]).replace(tzinfo=zone).astimezone(UTC)
        yield at, _celsius(found[2].strip(), unit, number)


def _celsius(text: str, unit: str, number: int) -> float | None:
    if text in ("", "--.-"):
        return None
    try:
        value = float(text)
    except ValueError:
        raise refuse(f"line {number}", "Not a temperature.", "Export the log again.") from None
    return possible(celsius_of(value) if unit == "F" else value, f"line {number}")


def _number(text: str | None) -> float | None:
    try:
        return float(text.partition(",")[0]) if text else None
    except ValueError:
        return None


def _device(parts: dict[str, list[tuple[int, str]]], conf: dict[str, str]) -> DeviceSays:
    """What the device computed: its results (Q-tag), or its daily history (Fridge-tag)."""
    if "Hist" in parts:
        return DeviceSays(alarms=tuple(_history(parts)))
    results = _fields(parts.get("Res", []))
    return DeviceSays(
        lowest_c=_number(results.get("Min T")),
        highest_c=_number(results.get("Max T")),
        mean_c=_number(results.get("Avrg T")),
        mean_kinetic_c=_number(results.get("MKT")),
        energy_kj_per_mol=_number(conf.get("MKT Energy")),
        alarms=tuple(_q_alarms(parts)),
    )


def _history(parts: dict[str, list[tuple[int, str]]]) -> Iterator[Alarm]:
    """Each alarm with the minutes that it counted on all days together."""
    limits = [
        float(found[1])
        for _, line in parts["Conf"]
        if (found := _ALARM_LIMIT.search(line)) is not None
    ]
    minutes = [0.0] * len(limits)
    which = -1
    for _, line in parts["Hist"]:
        if (index := re.fullmatch(r"   ([0-9]+):", line)) is not None:
            which = int(index[1])
        elif (counted := re.match(r"    t Acc: ([0-9]+)", line)) is not None:
            minutes[which] += float(counted[1])
    for index, limit in enumerate(limits):
        yield Alarm(limit, above=limit == max(limits), minutes=minutes[index])


def _q_alarms(parts: dict[str, list[tuple[int, str]]]) -> Iterator[Alarm]:
    """Each alarm of the device's own numbering, with the minutes of all its times."""
    limits: dict[str, tuple[str, float]] = {}
    number = ""
    for _, line in parts.get("Conf", []):
        if (index := re.fullmatch(r"  ([0-9]+):", line)) is not None:
            number = index[1]
        elif (found := _Q_ALARM.search(line)) is not None:
            limits[number] = (found[1], float(found[2]))
    counted: dict[str, float] = {}
    for _, line in parts.get("Res", []):
        if (index := re.fullmatch(r"  ([0-9]+):", line)) is not None:
            number = index[1]
        elif (found := re.search(r"t A: ([0-9]+)", line)) is not None:
            counted[number] = counted.get(number, 0.0) + float(found[1])
    warm = max((limit for _, limit in limits.values()), default=0.0)
    for number, (kind, limit) in limits.items():
        above, single = limit == warm, kind in SINGLE
        yield Alarm(limit, above=above, minutes=counted.get(number, 0.0), single=single)
