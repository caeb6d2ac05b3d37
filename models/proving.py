"""Proving who one is: password and one-time code, counted, locked after failures, all kept."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from hmac import compare_digest
from typing import Any
from uuid import uuid4

from pyotp.totp import TOTP

from atmpflow.errors import Refused
from models.database import Connection
from models.keys import keys, unseal
from models.passwords import agrees, hashed, memory_kib, of_nobody, outdated
from models.people import IDENTITY_ROLE

STEP = timedelta(seconds=30)
DRIFT = (0, -1, 1)
"""Steps of the authenticator's clock that are accepted beside the present one (RFC 6238, 6)."""
FAILURES = 5
LOCKED_FOR = timedelta(minutes=15)
SERIES = timedelta(minutes=10)
"""How long the password alone is enough after both components (21 CFR 11.200(a)(1)(i))."""

FIND = (
    "SELECT password, totp, failed_count, locked_until, set_at FROM credential"
    " WHERE account = %s FOR UPDATE"
)
FAILED = "UPDATE credential SET failed_count = %s, locked_until = %s WHERE account = %s"
USE_STEP = (
    "INSERT INTO otp_step (account, step, used_at) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING"
)
OPEN_SERIES = (
    "INSERT INTO signing_series (id, account, handle_hash, opened_at, expires_at)"
    " VALUES (%s, %s, %s, %s, %s)"
)
SERIES_OF = (
    "SELECT 1 FROM signing_series WHERE account = %s AND handle_hash = %s AND opened_at >= %s"
    " AND opened_at <= %s AND expires_at > %s"
)
KEEP_TRY = "INSERT INTO sign_in (id, account, methods, outcome, at) VALUES (%s, %s, %s, %s, %s)"


@dataclass(frozen=True, repr=False)
class Proof:
    """What somebody gives to show who they are; never shown, never logged.

    With a `code` it is both components. Without one, `series` must be a handle that was given
    together with both before. A handle is chosen by the caller, at least 32 characters.
    """

    password: str
    code: str | None = None
    series: str | None = None


@dataclass(frozen=True, slots=True)
class Proved:
    """How and when somebody has shown who they are."""

    methods: str
    at: datetime
    issuer: str | None = None
    acr: str | None = None


def secret_place(account: str) -> str:
    """What an authenticator's sealed secret is bound to."""
    return f"credential|totp|{account}"


def prove(connection: Connection, account: str, proof: Proof, now: datetime) -> Proved | Refused:
    """Has this person given the components? The answer is kept; the caller must commit it.

    A refusal is answered and not raised, so that its count is committed too. The row stays locked
    until then: guesses at one account come one after the other.
    """
    connection.execute(f"SET LOCAL ROLE {IDENTITY_ROLE}".encode())
    answer = _proved(connection, account, proof, now)
    connection.execute("RESET ROLE")
    return answer


def _proved(connection: Connection, account: str, proof: Proof, now: datetime) -> Proved | Refused:
    row: Any = connection.execute(FIND, (account,)).fetchone()
    if row is None or row[0] is None:
        agrees(of_nobody(memory_kib()), proof.password)  # an unknown name takes as long
        return _refused(connection, account, "unknown", now)
    password, totp, failed, locked_until, set_at = row
    if locked_until is not None and locked_until > now:
        return _locked(connection, account, locked_until, now)
    if not agrees(password, proof.password):
        return _failed(connection, account, failed, now)
    if outdated(password):
        renewed = (hashed(proof.password), account)
        connection.execute("UPDATE credential SET password = %s WHERE account = %s", renewed)
    second = _second(connection, account, proof, totp=totp, set_at=set_at, now=now)
    if second is None:
        return _failed(connection, account, failed, now)
    if isinstance(second, Refused):
        return second
    if failed:
        connection.execute(FAILED, (0, None, account))
    connection.execute(KEEP_TRY, (uuid4(), account, second, "ok", now))
    return Proved(second, now)


def _second(
    connection: Connection,
    account: str,
    proof: Proof,
    *,
    totp: bytes,
    set_at: datetime,
    now: datetime,
) -> str | Refused | None:
    """The methods where the second component is right too, or belongs to a series."""
    digest = _handle(proof.series)
    if proof.code is None:
        series = (account, digest, set_at, now, now)
        found = digest and connection.execute(SERIES_OF, series).fetchone()
        return "password, in a series" if found else series_over()
    secret = unseal(keys().wrapping, totp, secret_place(account)).decode()
    step = _step(secret, proof.code, now)
    if step is None:
        return None
    if connection.execute(USE_STEP, (account, step, now)).rowcount != 1:
        return code_used()
    if digest:
        connection.execute(OPEN_SERIES, (uuid4(), account, digest, now, now + SERIES))
    return "password and one-time code"


def _handle(series: str | None) -> bytes | None:
    if series is None or len(series) < 32:
        return None
    return sha256(series.encode()).digest()


def _step(secret: str, code: str, now: datetime) -> int | None:
    """The step that a code belongs to, near the present one."""
    totp, given = TOTP(secret), "".join(code.split())
    for drift in DRIFT:
        at = now + drift * STEP
        if compare_digest(totp.at(at).encode(), given.encode("utf-8", "replace")):
            return int(at.timestamp()) // int(STEP.total_seconds())
    return None


def wrong() -> Refused:
    """What is said whatever was wrong: nobody learns which names there are."""
    return Refused(
        "credentials-refused",
        "password",
        "Account, password or code is not right.",
        "Try again; after five failures the account is locked for 15 minutes.",
    )


def code_used() -> Refused:
    return Refused(
        "code-used",
        "code",
        "This one-time code was used before.",
        "Wait for the next code of your authenticator, at most 30 seconds.",
    )


def series_over() -> Refused:
    return Refused(
        "series-over",
        "code",
        "The series of signatures is over: the password alone is not enough.",
        "Give the code of your authenticator too.",
    )


def _refused(connection: Connection, account: str, methods: str, now: datetime) -> Refused:
    connection.execute(KEEP_TRY, (uuid4(), account, methods, "refused", now))
    return wrong()


def _failed(connection: Connection, account: str, failed: int, now: datetime) -> Refused:
    count = failed + 1
    locked = now + LOCKED_FOR if count >= FAILURES else None
    connection.execute(FAILED, (0 if locked else count, locked, account))
    return _refused(connection, account, "password", now)


def _locked(connection: Connection, account: str, until: datetime, now: datetime) -> Refused:
    connection.execute(KEEP_TRY, (uuid4(), account, "password", "locked", now))
    return Refused(
        "account-locked",
        "account",
        f"After too many failures this account is locked until {until:%H:%M} UTC.",
        "Wait, or ask the administrator for a new enrolment code if it was not you.",
    )
