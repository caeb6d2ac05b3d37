"""Access tokens: another system proves with one, over HTTP, which machine's account it is."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

import psycopg

from atmpflow.errors import Refused
from atmpflow.rights import Span
from models.appointing import Why, known
from models.database import Connection
from models.rejection import explain

BEGINS = "atmpflow_"
"""So that a token is known for one where it should not be, in a file or a log."""

ISSUE = (
    "INSERT INTO access_token (id, account_id, kind, token_hash, valid_from, valid_until,"
    " issued_by, reason) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)"
)
HOLDER = (
    "SELECT a.username FROM access_token t JOIN account a ON a.id = t.account_id"
    " WHERE t.token_hash = %s AND t.valid_from <= %s AND least(t.valid_until, t.ended_at) > %s"
)


@dataclass(frozen=True, repr=False, slots=True)
class Issued:
    """A token, as it is shown once, and its id, by which it is ended."""

    id: UUID
    token: str


def issue_token(connection: Connection, username: str, span: Span, why: Why) -> Issued:
    """A token for a machine's account; nobody is shown it again.

    Raises Refused `account-unknown`, `token-for-a-person`, `token-too-long`, `expiry-impossible`.
    """
    account, kind = known(connection, username)
    issued = Issued(uuid4(), BEGINS + secrets.token_urlsafe(32))
    values = (span.since, span.until, why.by.id, why.reason)
    try:
        connection.execute(ISSUE, (issued.id, account, kind, _digest(issued.token), *values))
    except psycopg.errors.IntegrityError as error:
        raise explain(error) from None
    return issued


def holder(connection: Connection, token: str, at: datetime) -> str:
    """The account whose token this is, now. Raises Refused `token-refused`."""
    row: Any = connection.execute(HOLDER, (_digest(token), at, at)).fetchone()
    if row is None:
        raise Refused(
            "token-refused",
            "Authorization",
            "This access token is wrong, has run out or was taken back.",
            "Have the administrator issue a new one: atmpflow account token.",
        )
    return row[0]


def _digest(token: str) -> bytes:
    return sha256(token.encode()).digest()
