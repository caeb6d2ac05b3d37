"""A batch of readings as JSON: what it says of itself, and each reading or what is wrong with it.

Nothing is guessed: unit, interval, sensor and the offset of each time from UTC are spelt out.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import isfinite
from typing import Any, TypeGuard

from atmpflow.errors import Refused
from atmpflow.rules.units import celsius_of
from tasks.epcis.text import read_json
from tasks.loggers.log import COLDEST_C, WARMEST_C, Marks

MOST_READINGS = 5_000
LONGEST_S = 86_400
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/+-]{0,79}")
FIELDS = frozenset(
    {"batch", "logger", "sensor", "unit", "interval_s", "sent_at", "shipper", "readings"}
)
OF_READING = frozenset({"at", "value", "opened", "tilted"})

Problem = dict[str, str]
"""What is wrong with one reading: `field`, `code`, `message`, `remedy`."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading: UTC, degrees Celsius (None: the sensor was not connected), and marks."""

    at: datetime
    celsius: float | None
    opened: bool = False
    tilted: bool = False


@dataclass(frozen=True, slots=True)
class Message:
    """A batch: whose it is, and its readings in order of time."""

    batch: str
    logger: str
    sensor: str
    unit: str
    interval_s: float
    sent_at: datetime
    shipper: str | None
    readings: tuple[Reading, ...]
    problems: tuple[Problem, ...] = ()

    @property
    def marks(self) -> Marks:
        return Marks(
            tuple(one.at for one in self.readings if one.opened),
            tuple(one.at for one in self.readings if one.tilted),
        )


def wrong(field: str, message: str, remedy: str) -> Refused:
    """What is wrong with a batch, and in which field."""
    return Refused("readings-invalid", field, message, remedy)


def read_message(content: bytes) -> Message:
    """The batch that a body holds. A reading that is wrong is a problem, and the others are read.

    Raises Refused `json-...`, `readings-invalid` or another code with the field.
    """
    raw = read_json(content)
    if not isinstance(raw, dict):
        raise wrong("$", "Not a JSON object.", "Send one object with a list of readings.")
    _known(raw, FIELDS, "")
    readings, problems = _readings(raw)
    return Message(
        batch=_name(raw, "batch"),
        logger=_name(raw, "logger"),
        sensor=_name(raw, "sensor"),
        unit=_unit(raw),
        interval_s=_interval(raw),
        sent_at=_moment(raw.get("sent_at"), "sent_at"),
        shipper=_name(raw, "shipper") if "shipper" in raw else None,
        readings=readings,
        problems=problems,
    )


def named(content: bytes) -> tuple[str | None, str | None]:
    """Batch and logger of a body that was refused, as far as it names them."""
    try:
        raw = read_json(content)
    except Refused:
        return None, None
    values = raw if isinstance(raw, dict) else {}
    found = [values.get(field) for field in ("batch", "logger")]
    batch, logger = (one if isinstance(one, str) and NAME.fullmatch(one) else None for one in found)
    return batch, logger


def _known(raw: dict[str, Any], fields: frozenset[str], place: str) -> None:
    for name in raw:
        if name not in fields:
            where = place or "$"
            raise wrong(where, "It has a field that is not known.", f"Fields: {_listed(fields)}.")


def _listed(fields: frozenset[str]) -> str:
    return ", ".join(sorted(fields))


def _name(raw: dict[str, Any], field: str) -> str:
    value = raw.get(field)
    if isinstance(value, str) and NAME.fullmatch(value):
        return value
    remedy = "Give a text of letters, digits and . _ : / + - only, at most 80."
    raise wrong(field, "It is missing, or not a name.", remedy)


def _unit(raw: dict[str, Any]) -> str:
    if raw.get("unit") in ("C", "F"):
        return raw["unit"]
    raise wrong("unit", "It is missing, or neither C nor F.", "Say in which unit the values are.")


def _interval(raw: dict[str, Any]) -> float:
    value = raw.get("interval_s")
    if _is_number(value) and 0 < value <= LONGEST_S:
        return float(value)
    remedy = "Give the seconds between two readings, as the logger is set."
    raise wrong("interval_s", "It is missing, or no number of seconds.", remedy)


def _is_number(value: Any) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)


def _moment(value: Any, field: str) -> datetime:
    """A moment with its offset. Raises Refused `time-invalid` or `time-without-zone`."""
    try:
        found = datetime.fromisoformat(value)
        utc = found.astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        message, remedy = "It is missing, or not a time.", "Write it as 2026-03-01T09:30:00Z."
        raise Refused("time-invalid", field, message, remedy) from None
    if found.tzinfo is None:
        message = "The time does not say how far it is from UTC."
        raise Refused("time-without-zone", field, message, "Send UTC with Z, or the offset.")
    return utc


def _readings(raw: dict[str, Any]) -> tuple[tuple[Reading, ...], tuple[Problem, ...]]:
    """Readings in order of time, and what is wrong with the others."""
    values = raw.get("readings")
    if not isinstance(values, list) or not 0 < len(values) <= MOST_READINGS:
        remedy = f"Send a list of 1 to {MOST_READINGS} readings."
        raise wrong("readings", "It is missing, empty or too long.", remedy)
    found: dict[datetime, Reading] = {}
    problems: list[Problem] = []
    for place, value in enumerate(values):
        try:
            _add(found, _reading(value, f"readings[{place}]", raw.get("unit")), place)
        except Refused as refused:
            problems.append(problem_of(refused))
    return tuple(found[at] for at in sorted(found)), tuple(problems)


def problem_of(refused: Refused) -> Problem:
    """A refusal as it is kept and answered."""
    return {
        "field": refused.field,
        "code": refused.code,
        "message": refused.message,
        "remedy": refused.remedy,
    }


def _add(found: dict[datetime, Reading], one: Reading, place: int) -> None:
    """The same reading may come twice; two of one moment may not differ."""
    if found.setdefault(one.at, one) != one:
        message = "Two readings of the same moment differ: the clock was set back."
        field = f"readings[{place}].at"
        raise Refused("reading-twice", field, message, "Send each moment once.")


def _reading(value: Any, place: str, unit: Any) -> Reading:
    if not isinstance(value, dict):
        raise wrong(place, "Not a JSON object.", f"Fields: {_listed(OF_READING)}.")
    _known(value, OF_READING, place)
    marks = {name: _mark(value, name, place) for name in ("opened", "tilted")}
    at = _moment(value.get("at"), f"{place}.at")
    return Reading(at, _celsius(value, f"{place}.value", unit), **marks)


def _mark(value: dict[str, Any], name: str, place: str) -> bool:
    found = value.get(name, False)
    if isinstance(found, bool):
        return found
    raise wrong(f"{place}.{name}", "Neither true nor false.", "Leave it out, or say true.")


def _celsius(reading: dict[str, Any], field: str, unit: Any) -> float | None:
    if "value" not in reading:
        raise wrong(field, "It is missing.", "Send null where the sensor is not connected.")
    value = reading["value"]
    if value is None:
        return None
    if isinstance(value, str) and re.fullmatch(r"\s*[+-]?[0-9]+,[0-9]+\s*", value):
        remedy = "Send a number with a decimal point: -151.2."
        raise Refused("decimal-comma", field, "A decimal comma.", remedy)
    if not _is_number(value):
        raise Refused("value-not-number", field, "Not a number.", "Send a number: -151.2.")
    celsius = celsius_of(value) if unit == "F" else float(value)
    if not COLDEST_C <= celsius <= WARMEST_C:
        message = "No shipment is so cold or so hot."
        remedy = "Is this in the unit that the batch says? Name the right one."
        raise Refused("temperature-impossible", field, message, remedy)
    return celsius


def rows(message: Message) -> Iterator[tuple[datetime, float | None]]:
    """Its readings as rows."""
    return ((one.at, one.celsius) for one in message.readings)


def temperatures(readings: Sequence[tuple[datetime, float | None]]) -> list[float]:
    """What was read, without the times at which no sensor was connected."""
    return [celsius for _, celsius in readings if celsius is not None]
