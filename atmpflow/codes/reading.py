"""What is it that was scanned or typed? One answer for every kind of code in the field.

Nothing is guessed: a string that could be two things, or that a scanner has spoilt, is refused.
"""

import re
from dataclasses import dataclass

from atmpflow.codes import coi, digital_link, elements, gs1, isbt128, label, nhs_number, sec
from atmpflow.codes.elements import SEPARATOR, Element
from atmpflow.codes.gs1_together import require_agreement
from atmpflow.codes.isbt128 import Din
from atmpflow.codes.isbt_structures import Structure
from atmpflow.codes.isbt_structures import parse as parse_structures
from atmpflow.codes.label import ShipperLabel, UnitLabel, Wristband
from atmpflow.codes.sec import SingleEuropeanCode
from atmpflow.codes.symbology import unwrap
from atmpflow.errors import Refused

LONGEST = 4096
"""More characters than any symbol holds; beyond it nothing is looked at."""

_LINK = re.compile(r"https?://", re.IGNORECASE)
_SEC = re.compile(r"[A-Z]{2}[A-Z0-9]{19}[ABE][A-Z0-9]{10}[0-9]{8}")
_BARE = re.compile(r"[0-9]+")


@dataclass(frozen=True, slots=True)
class Coi:
    """A chain-of-identity id by itself."""

    coi: str


@dataclass(frozen=True, slots=True)
class Gs1:
    """Elements of somebody else's GS1 symbol or link."""

    elements: tuple[Element, ...]


@dataclass(frozen=True, slots=True)
class BareKey:
    """Digits with a right check digit and nothing that says which key: all that it could be."""

    digits: str
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Isbt:
    """The data structures of an ISBT 128 label."""

    structures: tuple[Structure, ...]


Ours = UnitLabel | Wristband | ShipperLabel

Found = Ours | Coi | Gs1 | BareKey | Din | Isbt | SingleEuropeanCode


def identify(text: str, field: str = "scan") -> Found:
    """What a scanned or typed string is, taken apart.

    Raises Refused: `scan-empty`, `scan-too-long`, `scan-unknown`, `scan-of-a-patient`, or what
    the code that it began as names.
    """
    read = text.strip(" \t\r\n")
    if not read:
        raise Refused("scan-empty", field, "The scanner sent nothing.", "Scan again.")
    if len(read) > LONGEST:
        message = "The scanner sent more than any symbol holds."
        raise Refused("scan-too-long", field, message, "Scan again, one symbol at a time.")
    if not read.startswith("]"):
        return _by_beginning(read, field)
    scan = unwrap(read, field)
    return _of_elements(scan.elements, field) if scan.elements else _by_beginning(scan.data, field)


def _by_beginning(text: str, field: str) -> Found:
    if SEPARATOR in text:
        return _of_elements(elements.parse(text, field), field)
    if text.startswith("("):
        return _of_elements(elements.parse_bracketed(text, field), field)
    if _LINK.match(text):
        return _of_elements(digital_link.parse(text, field), field)
    if text.startswith(("=", "&")):
        return _isbt(text, field)
    return _printed(text, field)


def _of_elements(found: tuple[Element, ...], field: str) -> Found:
    require_agreement(found, field)
    return label.read(found, field) or Gs1(found)


def _isbt(text: str, field: str) -> Found:
    structures = parse_structures(text, field)
    if len(structures) == 1 and structures[0].number == "001":
        return isbt128.parse(text, field)
    return Isbt(structures)


def _printed(text: str, field: str) -> Found:
    """What people read and type: a COI, a Single European Code, a donation number, a key."""
    if text.upper().startswith(coi.PREFIX):
        return Coi(coi.check(text, field))
    if text.startswith("SEC:") or _SEC.fullmatch("".join(text.split())):
        return sec.parse(text, field)
    if _BARE.fullmatch(text):
        return _bare(text, field)
    try:
        return isbt128.parse(text, field)
    except Refused as refused:
        if refused.code != "din-format":
            raise
    raise _unknown(field)


def _bare(digits: str, field: str) -> BareKey:
    keys = tuple(key for key, lengths in gs1.LENGTHS.items() if len(digits) in lengths)
    if keys:
        return BareKey(gs1.check(digits, field, key=keys[0]), keys)
    if _is_patient_number(digits):
        message = "This is a patient's number, which is not looked at here."
        raise Refused("scan-of-a-patient", field, message, "Scan the chain-of-identity id.")
    raise _unknown(field)


def _is_patient_number(digits: str) -> bool:
    try:
        nhs_number.check(digits, "")
    except Refused:
        return False
    return True


def _unknown(field: str) -> Refused:
    return Refused(
        "scan-unknown",
        field,
        "Not a code that is known here, or the scanner leaves characters out.",
        "Set the scanner to send symbology identifiers and FNC1 as GS, and scan again.",
    )
