"""Signing: show what is signed, have the signer prove who they are, hand out a token."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Engine

from atmpflow.errors import Refused
from atmpflow.people import Actor
from atmpflow.rules.signature import Record
from atmpflow.signing import Meaning, meanings
from models.authority import require_authority, require_where
from models.database import Connection, transaction
from models.enrolling import active_person, issue_code
from models.proving import Proof, Proved, prove
from models.signing import (
    Challenge,
    challenge,
    demanded,
    keep,
    keep_review,
    record_of,
    require_in_time,
)
from tasks import clock

Prover = Callable[[Connection, Challenge, datetime], Proved | Refused]
"""Finds out whether the signer is who they say; a refusal is answered, so that it is kept."""


@dataclass(frozen=True, slots=True)
class ToSign:
    """Who is about to sign what, as it is printed beside the signature."""

    printed_name: str
    challenge: Challenge


@dataclass(frozen=True, repr=False)
class Signed:
    """The signature's token, and what it stands for. The token is shown once."""

    token: str
    printed_name: str
    challenge: Challenge
    methods: str
    signed_at: datetime


def begin(
    engine: Engine,
    who: Actor,
    meaning: Meaning,
    journey: UUID,
    *,
    now: datetime | None = None,
) -> ToSign:
    """What somebody is about to sign: the journey's record as it stands, for 120 seconds.

    Raises Refused `meaning-not-allowed`, `account-unknown` or `journey-unknown`, or what stands
    against the account where the journey is.
    """
    at = now or clock.wall()
    with transaction(engine) as connection:
        record = record_of(connection, journey)
        if meaning not in meanings(who.role):
            raise _not_allowed(who, meaning)
        return begin_record(connection, who, meaning, record, at, of=journey)


def _not_allowed(who: Actor, meaning: Meaning) -> Refused:
    may = ", ".join(sorted(meanings(who.role))) or "nothing"
    return Refused(
        "meaning-not-allowed",
        "meaning",
        f"{who.role.value} does not sign {meaning.value}.",
        f"In this role you can sign: {may}.",
    )


def begin_record(
    connection: Connection,
    who: Actor,
    meaning: Meaning,
    record: Record,
    now: datetime,
    *,
    of: UUID | None,
) -> ToSign:
    """The same for any record that has a version and a hash, of a journey or of none.

    Raises Refused `account-unknown`, or what stands against the account.
    """
    name = active_person(connection, who.id)
    require_where(connection, who, "sign", of, now)
    return ToSign(name, challenge(connection, who, meaning, record, now))


def local(proof: Proof) -> Prover:
    """Proof by what only the signer knows and has: password and one-time code."""

    def ask(connection: Connection, made: Challenge, now: datetime) -> Proved | Refused:
        return prove(connection, made.who.id, proof, now)

    return ask


def finish(
    engine: Engine, to_sign: ToSign, prover: Prover, *, now: datetime | None = None
) -> Signed:
    """Prove and sign. Raises Refused, after keeping what failed.

    `credentials-refused`, `account-locked`, `code-used`, `series-over`, `challenge-expired`.
    """
    at, made = now or clock.wall(), to_sign.challenge
    require_in_time(made, at)
    with transaction(engine) as connection:
        proved = prover(connection, made, at)
        token = "" if isinstance(proved, Refused) else keep(connection, made, proved, at)
    if isinstance(proved, Refused):
        raise proved
    return Signed(token, to_sign.printed_name, made, proved.methods, at)


def let_in(engine: Engine, account: str, by: Actor) -> str:
    """An enrolment code for somebody, from an administrator who learns none of their secrets.

    Raises Refused `code-for-oneself`, `account-unknown` or what stands against the administrator.
    """
    now = clock.wall()
    with transaction(engine) as connection:
        require_authority(connection, by, "issue-enrolment-code", now)
    return issue_code(engine, account, by=by.id, now=now)


def review(engine: Engine, who: Actor, journey: UUID, version: int | None = None) -> Record:
    """Keep that somebody reviewed the audit trail of a journey up to now.

    Raises Refused `version-stale` where it is not at the version that was looked at any more, or
    what stands against the account where the journey is.
    """
    with transaction(engine) as connection:
        record = record_of(connection, journey)
        active_person(connection, who.id)
        require_where(connection, who, "review", journey, clock.wall())
        if version not in (None, record.version):
            raise Refused(
                "version-stale",
                "version",
                f"The journey is at version {record.version} by now.",
                "Review what was added too.",
            )
        keep_review(connection, who, record, clock.wall())
    return record


def demand(engine: Engine, by: Actor) -> bool:
    """From now on, commands that need a signature are refused without one; for ever.

    False where that was so already.
    """
    with transaction(engine) as connection:
        active_person(connection, by.id)
        require_authority(connection, by, "demand-signatures", clock.wall())
        if demanded(connection):
            return False
        connection.execute(
            "INSERT INTO signature_policy (since, account) VALUES (%s, %s) ON CONFLICT DO NOTHING",
            (clock.wall(), by.id),
        )
    return True
