"""Passwords: Argon2id with the parameters of RFC 9106; what they cost is a setting with a floor."""

import os
import re
from functools import lru_cache

from argon2 import PasswordHasher, extract_parameters
from argon2.exceptions import InvalidHashError, VerificationError

from atmpflow.errors import Refused

MEMORY_KIB = "ATMPFLOW_PASSWORD_MEMORY_KIB"
DEFAULT_KIB = 65_536
"""64 MiB, three passes, four lanes: the second recommended choice of RFC 9106, 4."""
FLOOR_KIB = 19_456
"""19 MiB: below this the doctor warns (OWASP, Password Storage, Argon2id)."""
PASSES, LANES = 3, 4

SHORTEST = 12
LONGEST = 200


def memory_kib() -> int:
    """What a new password costs, KiB of memory."""
    return int(os.environ.get(MEMORY_KIB) or DEFAULT_KIB)


@lru_cache(maxsize=4)
def _hasher(kib: int) -> PasswordHasher:
    return PasswordHasher(time_cost=PASSES, memory_cost=kib, parallelism=LANES)


def require_good(password: str, account: str) -> None:
    """Long enough and not the account's own name. Raises Refused `password-weak`.

    Source: NIST SP 800-63B, 5.1.1 (length counts; no rules about kinds of characters).
    """
    plain = re.sub(r"[^a-z0-9]", "", password.casefold())
    named = re.sub(r"[^a-z0-9]", "", account.casefold())
    repeated = len(set(password)) < 5
    if not SHORTEST <= len(password) <= LONGEST or repeated or plain == named:
        raise Refused(
            "password-weak",
            "password",
            f"The password is too short or too simple (at least {SHORTEST} characters).",
            "Choose several words that nobody would guess from your name or your work.",
        )


def hashed(password: str) -> str:
    """What is stored of a password: cost, salt and hash."""
    return _hasher(memory_kib()).hash(password)


def agrees(stored: str, password: str) -> bool:
    """Is this the password that was set? Takes as long as it was made to cost."""
    try:
        return _hasher(memory_kib()).verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False


def outdated(stored: str) -> bool:
    """Does it cost another amount than a new one would?"""
    return _hasher(memory_kib()).check_needs_rehash(stored)


def cost_kib(stored: str) -> int:
    """What a stored password costs, KiB of memory."""
    return extract_parameters(stored).memory_cost


@lru_cache(maxsize=4)
def of_nobody(kib: int) -> str:
    """A hash to compare with where there is no account, so that an answer takes as long."""
    return _hasher(kib).hash("nobody's password")
