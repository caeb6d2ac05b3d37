"""GS1 keys: goods (GTIN), places (GLN), consignments (SSCC) and people served (GSRN).

All are digits with a check digit by weights 3 and 1 from the right (GS1 General Specifications,
7.9). python-stdnum's `ean` knows the calculation but only the lengths of goods.
"""

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
