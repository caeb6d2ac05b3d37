"""What a scanner says of the symbol in front of its data: `]d2` and the like (ISO/IEC 15424)."""

import re
from dataclasses import dataclass
from typing import Literal

from atmpflow.codes import elements, gs1
from atmpflow.codes.elements import Element
from atmpflow.errors import Refused

Symbol = Literal["data-matrix", "qr", "dotcode", "databar", "code-128", "ean-13", "ean-8"]

_IDENTIFIED = re.compile(r"\]([A-Za-z])([0-9A-Za-z])")
_COMPOSITE = "|]e0"
_SYMBOLS: dict[str, tuple[Symbol, bool]] = {
    "d1": ("data-matrix", False),
    "d2": ("data-matrix", True),
    "Q1": ("qr", False),
    "Q3": ("qr", True),
    "J0": ("dotcode", False),
    "J1": ("dotcode", True),
    "e0": ("databar", True),
    "C0": ("code-128", False),
    "C1": ("code-128", True),
    "E0": ("ean-13", True),
    "E4": ("ean-8", True),
}
"""Each with whether it carries GS1 data."""


@dataclass(frozen=True, slots=True)
class Unwrapped:
    """A scan without what the scanner put in front; `elements` where the symbol is GS1's."""

    symbol: Symbol
    data: str
    elements: tuple[Element, ...] | None


def _refuse(code: str, field: str, message: str) -> Refused:
    return Refused(code, field, message, "Scan the label again, or another symbol on it.")


def unwrap(text: str, field: str) -> Unwrapped:
    """The symbol that was scanned and what it holds.

    Raises Refused `symbology-unknown`, or as `elements.parse` and `gs1.check`.
    """
    named = _IDENTIFIED.match(text)
    key = text[1:3] if named else ""
    if key not in _SYMBOLS:
        raise _refuse("symbology-unknown", field, "The scanner names a symbol that is not read.")
    symbol, gs1_data = _SYMBOLS[key]
    data = text[3:]
    if key.startswith("E"):
        return Unwrapped(symbol, data, _goods(data, field, length=13 if key == "E0" else 8))
    return Unwrapped(symbol, data, elements.parse(data, field) if gs1_data else None)


def _goods(data: str, field: str, *, length: int) -> tuple[Element, ...]:
    """The number below an EAN symbol, and what a composite part adds."""
    number, bar, more = data.partition(_COMPOSITE)
    if len(number) != length:
        raise _refuse("gs1-format", field, f"The symbol holds {length} digits.")
    gtin = Element("01", gs1.gtin(number, field).zfill(14))
    return (gtin, *(elements.parse(more, field) if bar else ()))
