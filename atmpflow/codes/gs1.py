"""GS1 keys: goods (GTIN), places (GLN), consignments (SSCC), people served (GSRN), things (GIAI).

All but the GIAI are digits with a check digit by weights 3 and 1 from the right (GS1 General
Specifications, 7.9). python-stdnum's `ean` knows the calculation but only the lengths of goods.
Keys are made below a company prefix, which GS1 gives to the organisation that makes them.
"""

import re

from stdnum import ean

from atmpflow.errors import Refused

LENGTHS = {"gtin": (8, 12, 13, 14), "gln": (13,), "sscc": (18,), "gsrn": (18,)}
"""Digits of each key, with the check digit."""


def check_digit(digits: str) -> str:
    """The check digit behind these digits, for any key."""
    return ean.calc_check_digit(digits)


def check(text: str, field: str, *, key: str) -> str:
    """The key's digits without spaces; `key` is one of LENGTHS.

    Raises Refused `gs1-format` or `gs1-check-digit`.
    """
    digits = text.replace(" ", "")
    name, lengths = key.upper(), LENGTHS[key]
    if not (digits.isascii() and digits.isdigit() and len(digits) in lengths):
        form = " or ".join(str(length) for length in lengths)
        raise Refused("gs1-format", field, f"A {name} is {form} digits.", "Scan the label again.")
    if check_digit(digits[:-1]) != digits[-1]:
        message = f"The check digit of the {name} does not fit."
        raise Refused("gs1-check-digit", field, message, "Scan the label again.")
    return digits


def gtin(text: str, field: str) -> str:
    """A Global Trade Item Number: which product in which pack."""
    return check(text, field, key="gtin")


def gln(text: str, field: str) -> str:
    """A Global Location Number: which ward, store or site."""
    return check(text, field, key="gln")


def sscc(text: str, field: str) -> str:
    """A Serial Shipping Container Code: which shipper."""
    return check(text, field, key="sscc")


def gsrn(text: str, field: str) -> str:
    """A Global Service Relation Number: which patient or member of staff, e.g. on a wristband."""
    return check(text, field, key="gsrn")


_PREFIX = re.compile(r"[0-9]{4,12}")
_REFERENCE = re.compile(r"[!\"%&'()*+,\-./0-9:;<=>?A-Z_a-z]+")
_LONGEST_GIAI = 30


def company_prefix(text: str, field: str) -> str:
    """Four to twelve digits. Raises Refused `gs1-company-prefix`."""
    if not _PREFIX.fullmatch(text):
        message = "A GS1 company prefix is four to twelve digits."
        raise Refused("gs1-company-prefix", field, message, "Take it from your GS1 licence.")
    return text


def make(prefix: str, number: int, *, key: str, first: str = "") -> str:
    """A GLN, SSCC or GSRN: prefix, our own number and the check digit.

    `first` is the extension digit that an SSCC begins with. Raises Refused `gs1-company-prefix`
    or `gs1-number` when the number is too long for what the prefix leaves.
    """
    room = LENGTHS[key][-1] - 1 - len(first) - len(company_prefix(prefix, "company_prefix"))
    if number < 0 or len(str(number)) > room:
        message = f"The prefix leaves {room} digits of a {key.upper()} for our own number."
        raise Refused("gs1-number", "number", message, "Ask GS1 for a shorter company prefix.")
    digits = f"{first}{prefix}{number:0{room}}"
    return digits + check_digit(digits)


def make_sscc(prefix: str, number: int, *, extension: int = 0) -> str:
    """The code of one shipper on one journey; `number` is never used again."""
    return make(prefix, number, key="sscc", first=str(extension))


def make_giai(prefix: str, reference: str) -> str:
    """The code of one thing, such as a bag: prefix and our own reference, no check digit.

    Raises Refused `gs1-company-prefix` or `gs1-reference`.
    """
    made = company_prefix(prefix, "company_prefix") + reference
    if not _REFERENCE.fullmatch(reference) or len(made) > _LONGEST_GIAI:
        message = "Prefix and reference are at most 30 letters, digits and common signs."
        raise Refused("gs1-reference", "unit", message, "Number the unit with fewer characters.")
    return made
