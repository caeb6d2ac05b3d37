"""The patient number of the four nations: ten digits, the last a check digit modulo 11.

NHS number (England, Wales, Isle of Man), CHI number (Scotland) and H&C number (Northern Ireland)
share form and check digit and differ in range (NHS Data Dictionary, NHS NUMBER).
"""

import re
from datetime import date
from typing import Literal

from stdnum.exceptions import InvalidChecksum, ValidationError
from stdnum.gb import nhs

from atmpflow.errors import Refused

Issuer = Literal["england-wales-iom", "scotland", "northern-ireland"]

_WRITTEN = re.compile(r"[0-9]{10}|[0-9]{3} [0-9]{3} [0-9]{4}|[0-9]{3}-[0-9]{3}-[0-9]{4}")
"""One block, or 3-3-4 with one kind of separator; any other grouping may be a slip."""


def check(text: str, field: str) -> str:
    """The ten digits without separators.

    Raises Refused `nhs-number-format` or `nhs-number-check-digit`. A right check digit does not
    prove that the number was ever issued; see `issuer`.
    """
    written = text.strip()
    # `fullmatch` on ASCII digits: digits of other scripts would pass as different numbers.
    if not _WRITTEN.fullmatch(written):
        message = "The number is not ten digits, in one block or grouped 3-3-4."
        raise Refused("nhs-number-format", field, message, "Write it as 999 123 4567.")
    try:
        return nhs.validate(written)
    except InvalidChecksum:
        message = "The check digit does not fit the other nine digits."
        remedy = "Read the number again from the record; a digit is wrong or two are swapped."
        raise Refused("nhs-number-check-digit", field, message, remedy) from None
    except ValidationError as error:  # pragma: no cover - the form was checked above
        raise AssertionError from error


_WITHIN = re.compile(r"(?<![0-9])[0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{4}(?![0-9])")


def stands_in(text: str) -> bool:
    """Is there a patient's number in this text, as far as the check digit tells?

    One number of ten digits in eleven is right by chance: for a refusal to hand something on, not
    for a statement about somebody.
    """
    return any(nhs.is_valid(found) for found in _WITHIN.findall(text))


_RANGES: tuple[tuple[int, int, Issuer], ...] = (
    (320_000_001, 399_999_999, "northern-ireland"),
    (400_000_000, 499_999_999, "england-wales-iom"),
    (600_000_000, 708_800_001, "england-wales-iom"),
)
"""Ranges of the first nine digits (NHS Data Dictionary, NHS NUMBER)."""


def _begins_with_birth_date(number: str) -> bool:
    """A CHI number begins ddmmyy; the century is not in it."""
    day, month, year = int(number[:2]), int(number[2:4]), int(number[4:6])
    for century in (1900, 2000):
        try:
            date(century + year, month, day)
        except ValueError:
            continue
        return True
    return False


def issuer(number: str) -> Issuer | None:
    """Who issues numbers of this range, for ten digits from `check`.

    None where nobody does: numbers for testing begin with 999, others may be from other systems.
    That is for a warning, not for a refusal.
    """
    if _begins_with_birth_date(number):
        return "scotland"
    first_nine = int(number[:9])
    return next((name for low, high, name in _RANGES if low <= first_nine <= high), None)


def written(number: str) -> str:
    """The number as people write it, grouped 3-3-4."""
    return nhs.format(number)
