"""ISBT 128 data structures on blood, cell and tissue labels, alone or many in one symbol.

Each begins with `=` or `&` and what follows tells which it is; a compound message says how many
structures it holds. Numbers and forms are facts of the standard, whose text is ICCBBA's; vendors
of software that reads or prints ISBT 128 register with ICCBBA.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from stdnum.iso7064 import mod_37_2

from atmpflow.codes import isbt128, sec
from atmpflow.errors import Refused

_FACILITY = r"[A-NP-Z1-9][A-NP-Z0-9]{2}[0-9]{2}"
_DAY = r"(?P<century>[09])(?P<year>[0-9]{2})(?P<day>[0-9]{3})"
_TIME = r"(?P<hour>[0-9]{2})(?P<minute>[0-9]{2})"

_FORMS = {
    "023": r"=\+[0-9]{5}",
    "034": rf"=/(?P<code>{_FACILITY}[0-9A-Z]{{6}}[A-Z][0-9]{{4}})",
    "032": r"=,(?P<number>[0-9]{6})",
    "002": r"=%(?P<code>[0-9A-Z]{4})",
    "003": r"=<(?P<code>[A-Z][0-9]{4}[0-9A-Z]{3})",
    "004": rf"=>{_DAY}",
    "005": rf"&>{_DAY}{_TIME}",
    "006": rf"=\*{_DAY}",
    "007": rf"&\*{_DAY}{_TIME}",
    "008": rf"=\}}{_DAY}",
    "009": rf"&\}}{_DAY}{_TIME}",
    "036": r"&,1(?P<lot>[0-9A-Z]{18})",
    "038": r"&,4(?P<code>[0-9A-Z]{40})",
    "039": r"&:(?P<code>[1-9][0-9]{3}[0-9A-Z]{13}[0-9]{2})",
    "040": rf"&/CH(?P<code>{_FACILITY}[0-9]{{2}}[0-9A-Z]{{6}})",
    "001": rf"=(?P<number>{_FACILITY}[0-9]{{8}}[0-9A-Z]{{2}})",
}
_PATTERNS = {number: re.compile(form) for number, form in _FORMS.items()}
_CHECK_CHARACTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ*"


@dataclass(frozen=True, slots=True)
class Structure:
    """One data structure: its number in the standard and what it holds.

    `local` is the day or minute that it names (ISO 8601), in the time of the place that made the
    label: the standard gives no zone.
    """

    number: str
    value: str
    local: str = ""


def _refuse(code: str, field: str, message: str) -> Refused:
    return Refused(code, field, message, "Scan the label again; if it fails, relabel the unit.")


def parse(text: str, field: str) -> tuple[Structure, ...]:
    """The structures of a scan, in its order.

    Raises Refused `isbt-structure` (unknown or of another form), `isbt-count`, `isbt-date`,
    `isbt-check` or as `isbt128.parse` and `sec.parse`.
    """
    left, found = text, list[Structure]()
    while left or not found:
        number, match = _next(left, field)
        found.append(_structure(number, match, field))
        left = left[match.end() :]
    _require_count(found, field)
    return tuple(found)


def _next(text: str, field: str) -> tuple[str, re.Match[str]]:
    for number, pattern in _PATTERNS.items():
        if match := pattern.match(text):
            return number, match
    message = "Not an ISBT 128 data structure, or one with a character that may not be there."
    raise _refuse("isbt-structure", field, message)


def _structure(number: str, match: re.Match[str], field: str) -> Structure:
    parts, text = match.groupdict(), match.group()
    if number == "001":
        return Structure(number, isbt128.parse(text, field).number)
    if number == "038":
        sec.parse(parts["code"], field)
    if number == "039":
        _require_grid(parts["code"], field)
    value = next((parts[name] for name in ("code", "number", "lot") if name in parts), text[2:])
    return Structure(number, value, _local(parts, field) if "century" in parts else "")


def _local(parts: dict[str, str], field: str) -> str:
    year = (1900 if parts["century"] == "9" else 2000) + int(parts["year"])
    day = date(year, 1, 1) + timedelta(days=int(parts["day"]) - 1)
    hour, minute = parts.get("hour"), parts.get("minute")
    if day.year != year or int(hour or 0) > 23 or int(minute or 0) > 59:
        raise _refuse("isbt-date", field, "A date or time of the label never was.")
    return day.isoformat() + (f"T{hour}:{minute}" if hour else "")


def _require_grid(code: str, field: str) -> None:
    """The last two digits are a check value, modulo 37,2."""
    if int(code[17:]) != check_value(code[:17]):
        message = "The check digits of the donor's global registration number do not fit."
        raise _refuse("isbt-check", field, message)


def check_value(text: str) -> int:
    """The check value of letters and digits by ISO 7064 modulo 37,2, from 0 to 36."""
    return _CHECK_CHARACTERS.index(mod_37_2.calc_check_digit(text))


def is_basic_udi(text: str) -> bool:
    """Whether sixteen characters of a Basic UDI-DI carry their two check digits behind them."""
    return re.fullmatch(r"[0-9A-Z]{16}[0-9]{2}", text) is not None and (
        int(text[16:]) == check_value(text[:16])
    )


def _require_count(found: list[Structure], field: str) -> None:
    """A compound message says how many structures follow it."""
    compound = found[0].value if found[0].number == "023" else None
    if compound is None and len(found) > 1:
        message = "Several data structures follow each other without a message around them."
        raise _refuse("isbt-count", field, message)
    if compound is not None and int(compound[:2]) != len(found) - 1:
        message = "The label does not hold as many data structures as it says."
        raise _refuse("isbt-count", field, message)


def value_of(structures: tuple[Structure, ...], number: str) -> str | None:
    """The value of the one structure of this number; none where there is none or more than one."""
    values = [one.value for one in structures if one.number == number]
    return values[0] if len(values) == 1 else None
