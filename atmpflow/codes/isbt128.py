"""ISBT 128 donation identification number (DIN): which donation a bag came from.

Thirteen characters: facility (5), nominal year (2), sequence (6). A label's barcode adds the data
identifier `=` in front and two flag characters behind; a number read by eye adds the check
character printed in a box, ISO 7064 modulo 37,2 (JPAC Red Book, Annex 2). Vendors of software that
reads ISBT 128 register with ICCBBA.
"""

import re
from dataclasses import dataclass

from stdnum.iso7064 import mod_37_2

from atmpflow.errors import Refused

_NUMBER = r"(?P<facility>[A-NP-Z1-9][A-NP-Z0-9]{2}[0-9]{2})(?P<year>[0-9]{2})(?P<sequence>[0-9]{6})"
_SCANNED = re.compile(rf"={_NUMBER}(?P<flags>[A-Z0-9]{{2}})")
_TYPED = re.compile(rf"{_NUMBER}(?P<flags>[A-Z0-9]{{2}})?(?P<check>[A-Z0-9*])?")

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ*"

_CHECKING_FLAGS = range(60, 97)
"""Flags 60 to 96 carry the check value itself plus 60 (JPAC Red Book, Annex 2)."""


@dataclass(frozen=True, slots=True)
class Din:
    """A donation number, taken apart; `flags` are empty when they were not given."""

    facility: str
    year: str
    sequence: str
    flags: str = ""

    @property
    def number(self) -> str:
        """The thirteen characters that identify the donation."""
        return f"{self.facility}{self.year}{self.sequence}"

    @property
    def check_character(self) -> str:
        return check_character(self.number)

    @property
    def barcode(self) -> str:
        """What the label's barcode holds; flags 00 when none were given."""
        return f"={self.number}{self.flags or '00'}"


def check_character(number: str) -> str:
    """The character printed in a box behind the thirteen characters."""
    return mod_37_2.calc_check_digit(number)


def _flags_agree(din: Din) -> bool:
    if not din.flags.isdigit() or int(din.flags) not in _CHECKING_FLAGS:
        return True
    return int(din.flags) - 60 == _ALPHABET.index(din.check_character)


def parse(text: str, field: str) -> Din:
    """A barcode as scanned, or a number as typed with or without flags and check character.

    A typed number without its check character is held against the form only. Raises Refused
    `din-format` or `din-check-character` (also when flags that carry the check value disagree).
    """
    read = re.sub(r"[\s-]", "", text)
    found = _SCANNED.fullmatch(read) or _TYPED.fullmatch(read.upper())
    if found is None:
        message = "Not an ISBT 128 donation number: 13 characters, flags and check character."
        remedy = "Scan the label, or type it as G1234 17 654321 70 A."
        raise Refused("din-format", field, message, remedy)
    part = found.groupdict()
    din = Din(part["facility"], part["year"], part["sequence"], part["flags"] or "")
    given = part.get("check")
    if (given and given != din.check_character) or not _flags_agree(din):
        message = "The check character does not fit the donation number."
        raise Refused(
            "din-check-character", field, message, "Scan the label; if it cannot be read, relabel."
        )
    return din


def check(text: str, field: str) -> str:
    """The thirteen characters of a right donation number; raises as `parse`."""
    return parse(text, field).number


def is_number(text: str) -> bool:
    """Whether this has the form of the thirteen characters."""
    return re.fullmatch(_NUMBER, text) is not None


def written(number: str) -> str:
    """The thirteen characters as printed for the eye, with the check character behind."""
    return f"{number[:5]} {number[5:7]} {number[7:]} {check_character(number)}"
