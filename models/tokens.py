"""Tokens of systems: issued by an administrator, shown once, kept as a hash, and ended."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

import psycopg

from atmpflow.errors import Refused
from atmpflow.people import Actor, Role
from atmpflow.rights import Span
from models.appointing import Why, known
from models.database import Connection
from models.rejection import explain

PREFIX = "atmpflow_"
"""So that a token that was left lying about is known for what it is."""

ISSUE = """
INSERT INTO access_token (id, account, role, token_hash, issued_by, issued_at, expires_at)
VALUES (%s, %s, %s, %s, %s, %s, %s)
"""
FIND = """
SELECT t.account, t.role FROM access_token t JOIN account a ON a.username = t.account
WHERE t.token_hash = %(hash)s AND t.issued_at <= %(now)s AND t.expires_at > %(now)s
    AND t.ended_at IS NULL AND a.state = 'active'
"""


@dataclass(frozen=True, repr=False)
class Issued:
    """A token and its id: the token is shown once."""

    id: UUID
    token: str


def _digest(token: str) -> bytes:
    return sha256(token.encode()).digest()


def issue(connection: Connection, username: str, role: Role, span: Span, why: Why) -> Issued:
    """A token with which a system asks as this account, in this role. Raises Refused."""
    known(connection, username)
    if role in (Role.SYSTEM, Role.ADMINISTRATOR):
        raise Refused(
            "token-role",
            "role",
            f"Nobody acts as {role} by a token.",
            "Choose the role in which the system reports.",
        )
    issued = Issued(uuid4(), PREFIX + secrets.token_urlsafe(32))
    digest = _digest(issued.token)
    values = (issued.id, username, role.value, digest, why.by.id, span.since, span.until)
    try:
        connection.execute(ISSUE, values)
    except psycopg.errors.IntegrityError as error:
        raise explain(error) from None
    return issued


def bearer(connection: Connection, token: str, now: datetime) -> Actor:
    """Who shows this token. Raises Refused `token-refused`, whatever is wrong with it."""
    asked = {"hash": _digest(token), "now": now}
    row: Any = connection.execute(FIND, asked).fetchone()
    if row is None:
        raise Refused(
            "token-refused",
            "Authorization",
            "This token is wrong, ended or expired, or its account is not in use.",
            "Ask the administrator for a new one: atmpflow account token.",
        )
    return Actor(row[0], Role(row[1]))
