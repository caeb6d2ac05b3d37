"""Our chain-of-identity id, `ATF-XXXX-XXXX-XXXX-C`: on every label, form and record of a journey.

Twelve characters of Crockford's base 32 (no I, L, O or U, which people misread) and a check
character by ISO 7064 modulo 37,2, which finds every single wrong character and every swap of two
neighbours. Of its 37 check characters only the 32 unmistakable ones are ever issued.
"""

import re
from hashlib import sha256

from stdnum.iso7064 import mod_37_2

from atmpflow.errors import Refused

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
PREFIX = "ATF"

_LETTERS = 12
_BITS_A_LETTER = 5
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1"})
_BODY = re.compile(rf"[{ALPHABET}]{{{_LETTERS + 1}}}")
_BETWEEN = re.compile(r"[\s‐‑–-]")
"""Spaces and the hyphens that word processors put in place of a plain one."""


def make(randomness: bytes) -> str:
    """The id that belongs to these bytes: the same for the same, and it tells nothing of them.

    60 bits: among a million ids the chance of any two alike is 1 in 2 million, so the record
    keeps them unique. Raises ValueError for fewer than 8 bytes.
    """
    if len(randomness) < 8:
        raise ValueError("a chain-of-identity id needs at least 8 bytes")
    seed = sha256(randomness).digest()
    while (check_character := mod_37_2.calc_check_digit(_letters(seed))) not in ALPHABET:
        seed = sha256(seed).digest()
    return _written(_letters(seed) + check_character)


def _letters(seed: bytes) -> str:
    number = int.from_bytes(seed[:8])
    return "".join(ALPHABET[number >> _BITS_A_LETTER * i & 31] for i in range(_LETTERS))


def _written(body: str) -> str:
    return "-".join((PREFIX, body[:4], body[4:8], body[8:12], body[12:]))


def check(text: str, field: str) -> str:
    """The id as written on labels, read with any case, hyphens left out and O, I, L for 0, 1, 1.

    Raises Refused `coi-format` or `coi-check-character`.
    """
    read = _BETWEEN.sub("", text).upper()
    body = read.removeprefix(PREFIX).translate(_READ_AS)
    if not read.startswith(PREFIX) or not _BODY.fullmatch(body):
        message = "Not a chain-of-identity id: ATF, twelve characters and a check character."
        raise Refused("coi-format", field, message, "Scan the label; the form is ATF-7K2M-....-C.")
    if not mod_37_2.is_valid(body):
        message = "The check character does not fit: a character is wrong or two are swapped."
        raise Refused("coi-check-character", field, message, "Scan the label or type it again.")
    return _written(body)
