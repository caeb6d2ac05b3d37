"""What the database knows of an account's rights, remembered until the account's next stamp."""

from datetime import datetime
from typing import Any
from uuid import UUID

from atmpflow.journey import Facts
from atmpflow.people import Actor, Role
from atmpflow.rights import Act, Appointment, Delegation, Rights, Span, Training
from atmpflow.rules.rights import may, require_allowed
from models.database import Connection, Cursor
from models.lookups import facts_of

STAMP = "SELECT id, stamp, kind, state FROM account WHERE username = %s"

APPOINTED = (
    "SELECT role, site, trial, product, valid_from,"
    " greatest(valid_from, least(valid_until, ended_at)) FROM appointment WHERE account_id = %s"
)
TRAINED = (
    "SELECT product, completed_at, greatest(completed_at, least(expires_at, ended_at))"
    " FROM training WHERE account_id = %s"
)
DELEGATED = (
    "SELECT from_id, d.role, site, trial, valid_from,"
    " greatest(valid_from, least(valid_until, ended_at)), a.state = 'active'"
    " FROM delegation d JOIN account a ON a.id = d.from_id WHERE to_id = %s"
)

_REMEMBERED = 4096
_MEMORY: dict[UUID, tuple[UUID, Rights]] = {}
"""By account, its stamp and its rights: what has another stamp is never used."""


def asking(connection: Connection, username: str) -> Cursor:
    """Ask for an account's stamp; in a pipeline the answer is not waited for."""
    return connection.execute(STAMP, (username,))


def answered(connection: Connection, username: str, asked: Cursor) -> Rights | None:
    """The rights that `asking` asked about; none where nobody has this name."""
    row: Any = asked.fetchone()
    if row is None:
        return None
    account, stamp, kind, state = row
    known = _MEMORY.get(account)
    if known is not None and known[0] == stamp:
        return known[1]
    # Read after the stamp, so that what is remembered is never older than it.
    rights = _read(connection, account, Rights(username, kind, state))
    if len(_MEMORY) >= _REMEMBERED:
        _MEMORY.clear()
    _MEMORY[account] = (stamp, rights)
    return rights


def rights_of(connection: Connection, username: str) -> Rights | None:
    """The rights of an account; none where nobody has this name."""
    return answered(connection, username, asking(connection, username))


def require_authority(connection: Connection, actor: Actor, what: str, at: datetime) -> None:
    """May somebody do, in their role, what is about no one journey? Raises Refused."""
    require_allowed(rights_of(connection, actor.id), Act(what, actor.role, at))


def require_for(
    connection: Connection, actor: Actor, what: str, facts: Facts, at: datetime
) -> None:
    """May somebody do, in their role, what is about a journey and no command? Raises Refused.

    Asks for site and trial, not for training: it touches neither product nor patient.
    """
    require_allowed(rights_of(connection, actor.id), _act_there(actor, what, facts, at))


def may_for(connection: Connection, actor: Actor, what: str, facts: Facts, at: datetime) -> bool:
    """As `require_for`, as an answer."""
    rights = rights_of(connection, actor.id)
    return rights is not None and may(rights, _act_there(actor, what, facts, at))


def require_where(
    connection: Connection, actor: Actor, what: str, journey: UUID | None, at: datetime
) -> None:
    """May somebody do, in their role, what is about this journey, or about none? Raises Refused."""
    if journey is None:
        require_authority(connection, actor, what, at)
    else:
        require_for(connection, actor, what, facts_of(connection, journey), at)


def _act_there(actor: Actor, what: str, facts: Facts, at: datetime) -> Act:
    referral, refers = facts.referral, actor.role is Role.REFERRER
    site = referral.referring_organisation if refers else referral.treating_centre
    return Act(what, actor.role, at, site, trial=referral.trial)


def _read(connection: Connection, account: UUID, bare: Rights) -> Rights:
    rows: list[Any] = connection.execute(TRAINED, (account,)).fetchall()
    given: list[Any] = connection.execute(DELEGATED, (account,)).fetchall()
    return Rights(
        bare.username,
        bare.kind,
        bare.state,
        _appointments(connection, account),
        tuple(Training(product, Span(since, until)) for product, since, until in rows),
        tuple(_delegation(connection, row) for row in given),
    )


def _appointments(connection: Connection, account: UUID) -> tuple[Appointment, ...]:
    rows: list[Any] = connection.execute(APPOINTED, (account,)).fetchall()
    return tuple(
        Appointment(Role(role), site, trial, product, Span(since, until))
        for role, site, trial, product, since, until in rows
    )


def _delegation(connection: Connection, row: Any) -> Delegation:
    giver, role, site, trial, since, until, active = row
    held = _appointments(connection, giver) if active else ()
    return Delegation(Role(role), site, trial, Span(since, until), held)
