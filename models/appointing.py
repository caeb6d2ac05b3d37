"""Putting accounts and what they may do on record; nothing is changed without who, why and when."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, get_args
from uuid import UUID, uuid4

import psycopg

from atmpflow.errors import Refused
from atmpflow.people import Actor, Role
from atmpflow.rights import ANY, NOT_DELEGATED, Kind, Span, State
from atmpflow.rules.rights import unknown
from models.authority import require_authority
from models.database import Connection
from models.rejection import explain

STATES = get_args(State)


@dataclass(frozen=True, slots=True)
class NewAccount:
    """Somebody, or some system, who is to be known."""

    username: str
    printed_name: str
    organisation: str
    kind: Kind = "person"
    email: str | None = None


@dataclass(frozen=True, slots=True)
class Given:
    """What an appointment covers."""

    role: Role
    span: Span
    site: str
    trial: str = ANY
    product: str = ANY


@dataclass(frozen=True, slots=True)
class Certificate:
    """A training that somebody has completed."""

    product: str
    kind: str
    span: Span
    number: str


@dataclass(frozen=True, slots=True)
class Why:
    """Who puts something on record, for which reason, and when."""

    by: Actor
    reason: str
    at: datetime


ADD = (
    "INSERT INTO account (id, username, kind, printed_name, email, organisation, state,"
    " created_at, created_by) VALUES (%s, %s, %s, %s, %s, %s, 'active', %s, %s)"
)
ALIKE = "SELECT 1 FROM account WHERE lower(username) = lower(%s)"
KNOWN = "SELECT id, kind FROM account WHERE username = %s"
APPOINT = (
    "INSERT INTO appointment (id, account_id, kind, role, site, trial, product, valid_from,"
    " valid_until, granted_by, reason) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
)
TRAIN = (
    "INSERT INTO training (id, account_id, product, kind, completed_at, expires_at, certificate,"
    " recorded_by) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)"
)
DELEGATE = (
    "INSERT INTO delegation (id, from_id, to_id, role, site, trial, valid_from, valid_until,"
    " signed_by, reason) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
)
CHANGE = (
    "INSERT INTO account_change (id, account_id, field, old, new, changed_by, reason, changed_at)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s)"
)
ADMINISTERED = (
    "SELECT 1 FROM appointment p JOIN account a ON a.id = p.account_id"
    " WHERE p.role = 'administrator' AND a.state = 'active' AND valid_from <= %(at)s"
    " AND least(valid_until, ended_at) > %(at)s LIMIT 1"
)


def administered(connection: Connection, at: datetime) -> bool:
    """Is there an administrator?"""
    return connection.execute(ADMINISTERED, {"at": at}).fetchone() is not None


def require_administrator(connection: Connection, why: Why, what: str) -> None:
    """Raises Refused where whoever asks is no administrator now."""
    if why.by.role is not Role.ADMINISTRATOR:
        raise Refused(
            "role-not-allowed",
            "actor.role",
            f"{why.by.role} may not {what}.",
            "This belongs to: administrator.",
        )
    require_authority(connection, why.by, what, why.at)


def add(connection: Connection, new: NewAccount, why: Why) -> UUID:
    """Enrol an account. Raises Refused `account-taken` or `organisation-unknown`."""
    if connection.execute(ALIKE, (new.username,)).fetchone() is not None:
        raise Refused(
            "account-taken",
            "username",
            "This name is, or once was, another account's.",
            "Choose another; a name is never used again. Open the old one: atmpflow account open.",
        )
    account = uuid4()
    names = (account, new.username, new.kind, new.printed_name, new.email, new.organisation)
    _written(connection, ADD, (*names, why.at, why.by.id))
    return account


def appoint(connection: Connection, username: str, given: Given, why: Why) -> UUID:
    """Give an account a role. Raises Refused, e.g. `machine-role`, `administrator-apart`."""
    account, kind = known(connection, username)
    where = (given.role.value, given.site, given.trial, given.product)
    span = (given.span.since, given.span.until)
    appointment = uuid4()
    values = (appointment, account, kind, *where, *span, why.by.id, why.reason)
    _written(connection, APPOINT, values)
    return appointment


def train(connection: Connection, username: str, certificate: Certificate, why: Why) -> UUID:
    """Put a training on record. Raises Refused `account-unknown`."""
    account, _ = known(connection, username)
    span = (certificate.span.since, certificate.span.until)
    what = (certificate.product, certificate.kind, *span, certificate.number)
    training = uuid4()
    _written(connection, TRAIN, (training, account, *what, why.by.id))
    return training


def delegate(connection: Connection, to: str, given: Given, why: Why) -> UUID:
    """Let another act in a role of one's own. Raises Refused, e.g. `not-delegated`."""
    if given.role in NOT_DELEGATED:
        raise Refused(
            "not-delegated",
            "role",
            f"What a {given.role} does goes with the person.",
            "Have an administrator appoint somebody who qualifies.",
        )
    require_authority(connection, why.by, "delegate", why.at)
    giver, _ = known(connection, why.by.id)
    receiver, _ = known(connection, to)
    where = (given.role.value, given.site, given.trial, given.span.since, given.span.until)
    delegation = uuid4()
    _written(connection, DELEGATE, (delegation, giver, receiver, *where, why.by.id, why.reason))
    return delegation


def set_state(connection: Connection, username: str, state: State, why: Why) -> None:
    """Lock, open or close an account, and keep that it was. Raises Refused `account-unknown`."""
    account, _ = known(connection, username)
    row: Any = connection.execute(
        "SELECT state FROM account WHERE id = %s FOR UPDATE", (account,)
    ).fetchone()
    if row[0] == state:
        return
    left = why.at if state == "left" else None
    _written(
        connection,
        "UPDATE account SET state = %s, left_at = %s WHERE id = %s",
        (state, left, account),
    )
    changed = (uuid4(), account, "state", row[0], state, why.by.id, why.reason, why.at)
    connection.execute(CHANGE, changed)


def set_particulars(
    connection: Connection, username: str, fields: dict[str, str], why: Why
) -> None:
    """Change printed name, organisation or e-mail, and keep what they were."""
    account, _ = known(connection, username)
    for name, new in fields.items():
        column = {"printed_name": "printed_name", "organisation": "organisation", "email": "email"}[
            name
        ]
        row: Any = connection.execute(
            f"SELECT {column} FROM account WHERE id = %s FOR UPDATE".encode(),  # noqa: S608
            (account,),
        ).fetchone()
        _written(connection, f"UPDATE account SET {column} = %s WHERE id = %s", (new, account))  # noqa: S608
        changed = (uuid4(), account, name, row[0], new, why.by.id, why.reason, why.at)
        connection.execute(CHANGE, changed)


ENDED = ("appointment", "training", "delegation", "access_token")


def end(connection: Connection, which: UUID, why: Why) -> str:
    """Take back what was given, or an access token, from now on; says which it was.

    Raises Refused `nothing-given` where no such thing is in force.
    """
    for table in ENDED:
        found = connection.execute(
            f"UPDATE {table} SET ended_at = %s, ended_by = %s, end_reason = %s"  # noqa: S608
            " WHERE id = %s AND ended_at IS NULL".encode(),
            (why.at, why.by.id, why.reason, which),
        )
        if found.rowcount == 1:
            return table
    raise Refused(
        "nothing-given",
        "id",
        "Nothing in force has this id.",
        "Look at what an account has: atmpflow account list USERNAME.",
    )


def known(connection: Connection, username: str) -> tuple[UUID, Kind]:
    """The id and kind of an account. Raises Refused `account-unknown`."""
    row: Any = connection.execute(KNOWN, (username,)).fetchone()
    if row is None:
        raise unknown()
    return row


def _written(connection: Connection, text: str, values: tuple[Any, ...]) -> None:
    try:
        connection.execute(text.encode(), values)
    except psycopg.errors.IntegrityError as error:
        raise explain(error) from None
