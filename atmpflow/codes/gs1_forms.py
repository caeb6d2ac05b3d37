"""Is the value behind a GS1 application identifier what its form says?

Checks by name, as `codes.gs1_identifiers` lists them (GS1 General Specifications, 3).
"""

import re
from collections.abc import Callable, Iterator
from datetime import date

from atmpflow.codes.gs1 import check_digit
from atmpflow.codes.gs1_identifiers import Identifier, Part

CHARACTERS = {
    "N": re.compile(r"[0-9]*"),
    "X": re.compile(r"[!\"%&'()*+,\-./0-9:;<=>?A-Z_a-z]*"),
    "Y": re.compile(r"[#\-/0-9A-Z]*"),
    "Z": re.compile(r"[0-9A-Za-z_\-=]*"),
}

_CENTURY = 2000
"""Any century with a leap year where a two-digit year has one; 2000 is such a year itself."""


def _is_day(year: str, month_day: str, *, day_needed: bool) -> bool:
    day = month_day[2:]
    if day == "00" and not day_needed:
        month_day = month_day[:2] + "01"
    try:
        date(int(year), int(month_day[:2]), int(month_day[2:]))
    except ValueError:
        return False
    return True


def _short_date(value: str, *, day_needed: bool) -> bool:
    return _is_day(str(_CENTURY + int(value[:2])), value[2:], day_needed=day_needed)


def _piece(value: str) -> bool:
    """Piece and total: neither is nothing, and no piece lies behind the last."""
    return 0 < int(value[:2]) <= int(value[2:])


CHECKS: dict[str, Callable[[str], bool]] = {
    "check": lambda value: check_digit(value[:-1]) == value[-1],
    "prefix": lambda value: value[:4].isdigit() and len(value) >= 4,
    "prefix2": lambda value: value[1:5].isdigit(),
    "date": lambda value: _short_date(value, day_needed=True),
    "date0": lambda value: _short_date(value, day_needed=False),
    "longdate": lambda value: _is_day(value[:4], value[4:], day_needed=True),
    "hour": lambda value: int(value) < 24,
    "sixty": lambda value: int(value) < 60,
    "time": lambda value: int(value[:2]) < 24 and int(value[2:]) < 60,
    "zero": lambda value: int(value) == 0,
    "nonzero": lambda value: int(value) != 0,
    "piece": _piece,
    "bit": lambda value: value in ("0", "1"),
}


def trouble(kind: Identifier, value: str) -> str:
    """What is wrong with the value, in a few words that do not repeat it; nothing when right."""
    left = value
    for part in kind.parts:
        if part.optional and not left:
            return ""
        taken, left = left[: part.longest], left[part.longest :]
        if wrong := next(_wrong(part, taken), ""):
            return wrong
    return "it is too long" if left else ""


def _wrong(part: Part, taken: str) -> Iterator[str]:
    if len(taken) < part.shortest:
        yield "it is too short"
    elif not CHARACTERS[part.characters].fullmatch(taken):
        yield "it has a character that may not be there"
    else:
        yield from (_MEANING[name] for name in part.checks if not CHECKS[name](taken))


_MEANING = {
    "check": "its check digit does not fit",
    "prefix": "it does not begin with a company prefix",
    "prefix2": "it does not hold a company prefix",
    "date": "it is not a date",
    "date0": "it is not a date",
    "longdate": "it is not a date",
    "hour": "it is not an hour",
    "sixty": "it is not a minute or second",
    "time": "it is not a time of day",
    "zero": "its first digit is not 0",
    "nonzero": "a number in it is 0",
    "piece": "piece and total do not agree",
    "bit": "it is neither 0 nor 1",
}
