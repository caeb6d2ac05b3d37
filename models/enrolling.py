"""Enrolling: a code from another person, with which somebody sets what only they know and have."""

import secrets
from base64 import b32encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import uuid4

import pyotp
from pyotp.totp import TOTP
from sqlalchemy import Engine

from atmpflow.errors import Refused
from models.database import Connection
from models.keys import keys, seal
from models.passwords import hashed, require_good
from models.people import identities
from models.proving import secret_place

CODE_LASTS = timedelta(hours=72)
ISSUER = "atmpflow"

ISSUE = (
    "INSERT INTO enrolment (id, account, kind, code_hash, issued_by, issued_at, expires_at)"
    " VALUES (%s, %s, 'person', %s, %s, %s, %s)"
)
FIND = (
    "SELECT e.id, e.account FROM enrolment e JOIN account a ON a.username = e.account"
    " WHERE e.code_hash = %s AND e.expires_at > %s AND a.state = 'active'"
    " AND NOT EXISTS (SELECT FROM enrolment_use u WHERE u.enrolment_id = e.id)"
)
USE = "INSERT INTO enrolment_use (enrolment_id, used_at) VALUES (%s, %s)"
SET = """
INSERT INTO credential (account, kind, password, totp, set_at) VALUES (%s, 'person', %s, %s, %s)
ON CONFLICT (account) DO UPDATE SET password = EXCLUDED.password, totp = EXCLUDED.totp,
    set_at = EXCLUDED.set_at, failed_count = 0, locked_until = NULL
"""
BIND = """
INSERT INTO credential (account, kind, issuer, subject, set_at) VALUES (%s, 'person', %s, %s, %s)
ON CONFLICT (account) DO UPDATE SET issuer = EXCLUDED.issuer, subject = EXCLUDED.subject,
    set_at = EXCLUDED.set_at
"""


@dataclass(frozen=True, repr=False)
class Enrolled:
    """The account that was enrolled, and the address of its authenticator's secret: shown once."""

    account: str
    uri: str

    @property
    def secret(self) -> str:
        """The authenticator's secret, to be typed where nothing can be scanned."""
        return pyotp.parse_uri(self.uri).secret


def _digest(code: str) -> bytes:
    return sha256("".join(code.split()).replace("-", "").upper().encode()).digest()


def active_person(connection: Connection, account: str) -> str:
    """The printed name of a person's account that may be used. Raises Refused `account-unknown`."""
    row: Any = connection.execute(
        "SELECT printed_name FROM account"
        " WHERE username = %s AND kind = 'person' AND state = 'active'",
        (account,),
    ).fetchone()
    if row is None:
        raise Refused(
            "account-unknown",
            "account",
            "There is no active account of a person with this name; machines never sign.",
            "Ask the administrator to open an account.",
        )
    return row[0]


def issue_code(engine: Engine, account: str, *, by: str, now: datetime) -> str:
    """A code that is good once and for three days; it is shown to whoever asks, and never again.

    Raises Refused `account-unknown` or `code-for-oneself`: nobody lets themselves in.
    """
    code = b32encode(secrets.token_bytes(15)).decode("ascii")
    if by == account:
        raise Refused(
            "code-for-oneself",
            "account",
            "Nobody issues an enrolment code to themselves.",
            "Ask another administrator.",
        )
    with identities(engine) as connection:
        active_person(connection, account)
        values = (uuid4(), account, _digest(code), by, now, now + CODE_LASTS)
        connection.execute(ISSUE, values)
    return "-".join(code[at : at + 6] for at in range(0, len(code), 6))


def enrol(engine: Engine, code: str, password: str, now: datetime) -> Enrolled:
    """Set password and authenticator with a code. What was set before counts no more.

    Raises Refused `enrolment-refused` or `password-weak`.
    """
    with identities(engine) as connection:
        account = _used(connection, code, now)
        require_good(password, account)
        secret = pyotp.random_base32()
        sealed = seal(keys().wrapping, secret.encode(), secret_place(account))
        connection.execute(SET, (account, hashed(password), sealed, now))
    return Enrolled(account, TOTP(secret, name=account, issuer=ISSUER).provisioning_uri())


def bind(engine: Engine, code: str, *, issuer: str, subject: str, now: datetime) -> str:
    """Tie an account to one at an identity provider; returns the account. Raises Refused."""
    with identities(engine) as connection:
        account = _used(connection, code, now)
        connection.execute(BIND, (account, issuer, subject, now))
    return account


def _used(connection: Connection, code: str, now: datetime) -> str:
    """The account that a code belongs to; the code is used up."""
    row: Any = connection.execute(FIND, (_digest(code), now)).fetchone()
    if row is None:
        raise Refused(
            "enrolment-refused",
            "code",
            "This enrolment code is wrong, used or expired.",
            "Ask the administrator for a new one.",
        )
    connection.execute(USE, (row[0], now))
    return row[1]
