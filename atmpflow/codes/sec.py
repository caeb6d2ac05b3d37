"""Single European Code: where tissue or cells were donated and what they are.

Donation sequence: country (2), tissue establishment (6), donation (13). Product sequence: coding
system (1) and product (7), split (3), expiry (8) (Directive 2006/86/EC, Annex VII). Starting
material carries it; once it is a medicinal product it does not.
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

from atmpflow.errors import Refused

System = Literal["isbt128", "eurocode", "eutc"]

_SYSTEMS: dict[str, System] = {"A": "isbt128", "B": "eurocode", "E": "eutc"}
_FORM = re.compile(
    r"(?P<country>[A-Z]{2})(?P<establishment>[A-Z0-9]{6})(?P<donation>[A-Z0-9]{13})"
    r"(?P<system>[A-Z])(?P<product>[A-Z0-9]{7})(?P<split>[A-Z0-9]{3})(?P<expiry>[0-9]{8})"
)
_NO_EXPIRY = "00000000"


@dataclass(frozen=True, slots=True)
class SingleEuropeanCode:
    """A code, taken apart; `expires_on` is none when the code says there is no expiry."""

    country: str
    establishment: str
    donation: str
    system: System
    product: str
    split: str
    expires_on: date | None


def parse(text: str, field: str) -> SingleEuropeanCode:
    """A code as printed, with or without `SEC:` and spaces.

    Raises Refused `sec-format`, `sec-coding-system` or `sec-expiry`.
    """
    read = re.sub(r"\s", "", text).removeprefix("SEC:")
    found = _FORM.fullmatch(read)
    if found is None:
        message = "Not a Single European Code: 40 letters and digits in two sequences."
        raise Refused("sec-format", field, message, "Scan the label again.")
    part = found.groupdict()
    if part["system"] not in _SYSTEMS:
        message = "The coding system is not A, B or E."
        raise Refused("sec-coding-system", field, message, "Ask the tissue establishment.")
    return SingleEuropeanCode(
        part["country"],
        part["establishment"],
        part["donation"],
        _SYSTEMS[part["system"]],
        part["product"],
        part["split"],
        _expiry(part["expiry"], field),
    )


def _expiry(digits: str, field: str) -> date | None:
    if digits == _NO_EXPIRY:
        return None
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        message = "The expiry is not a date as yyyymmdd."
        raise Refused("sec-expiry", field, message, "Ask the tissue establishment.") from None
