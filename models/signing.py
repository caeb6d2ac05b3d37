"""Signatures in the database: what is signed, by whom, and the one command that each counts for."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

from atmpflow.errors import Refused
from atmpflow.journey import Facts
from atmpflow.message import Command
from atmpflow.people import Actor, Role
from atmpflow.rules.signature import SECOND_LIFE, Record, Signature, judge_signature, seconds
from atmpflow.signing import Meaning, Needed, matter, needed
from models.authority import may_for
from models.changes import Insert
from models.database import Connection
from models.lookups import unknown_journey
from models.proving import Proved
from models.signature import SignatureUse

CHALLENGE_LASTS = timedelta(seconds=120)
PREFIX = "sig"
"""How a token begins, so that it is not taken for anything else."""

KEEP_CHALLENGE = (
    "INSERT INTO challenge (id, account, kind, role, meaning, record_kind, record_id, version,"
    " hash, nonce, made_at, expires_at)"
    " VALUES (%s, %s, 'person', %s, %s, %s, %s, %s, %s, %s, %s, %s)"
)
KEEP = (
    "INSERT INTO signature (id, challenge_id, account, kind, printed_name, role, meaning,"
    " record_kind, record_id, version, hash, made_at, expires_at, methods, issuer, acr, auth_time,"
    " signed_at, token_hash) SELECT %s, c.id, c.account, c.kind, a.printed_name, c.role, c.meaning,"
    " c.record_kind, c.record_id, c.version, c.hash, c.made_at, c.expires_at, %s, %s, %s, %s, %s,"
    " %s FROM challenge c JOIN account a ON a.username = c.account WHERE c.id = %s"
)
COLUMNS = (
    "s.id, s.account, s.role, s.meaning, s.record_kind, s.record_id, s.version, s.hash,"
    " s.signed_at, u.signature_id IS NOT NULL"
)
BY_TOKEN = (
    f"SELECT {COLUMNS} FROM signature s LEFT JOIN signature_use u ON u.signature_id = s.id"  # noqa: S608
    " WHERE s.token_hash = %s"
)
REVIEWED = (
    f"SELECT {COLUMNS} FROM signature s LEFT JOIN signature_use u ON u.signature_id = s.id"  # noqa: S608
    " WHERE s.record_id = %s AND s.version = %s AND s.meaning = 'reviewed' AND s.signed_at > %s"
    " ORDER BY s.signed_at DESC"
)
TRAIL = (
    "SELECT 1 FROM trail_review"
    " WHERE journey_id = %s AND account = %s AND version = %s AND hash = %s"
)
KEEP_REVIEW = (
    "INSERT INTO trail_review (id, journey_id, account, kind, role, version, hash, reviewed_at)"
    " VALUES (%s, %s, %s, 'person', %s, %s, %s, %s) ON CONFLICT DO NOTHING"
)


@dataclass(frozen=True, slots=True)
class Challenge:
    """What somebody is about to sign, until when, and the number that ties the proof to it."""

    id: UUID
    who: Actor
    meaning: Meaning
    record: Record
    nonce: bytes
    made_at: datetime
    expires_at: datetime


def record_of(connection: Connection, journey: UUID) -> Record:
    """A journey's record as it stands now. Raises Refused `journey-unknown`."""
    row: Any = connection.execute(
        "SELECT version, head FROM journey WHERE id = %s", (journey,)
    ).fetchone()
    if row is None:
        raise unknown_journey()
    return Record("journey", str(journey), row[0], bytes(row[1]))


def challenge(
    connection: Connection, who: Actor, meaning: Meaning, record: Record, now: datetime
) -> Challenge:
    """Keep what somebody is about to sign; good for 120 seconds and for one signature."""
    made = Challenge(
        uuid4(), who, meaning, record, secrets.token_bytes(32), now, now + CHALLENGE_LASTS
    )
    about = (record.kind, record.id, record.version, record.digest)
    values = (made.id, who.id, who.role.value, meaning.value, *about)
    connection.execute(KEEP_CHALLENGE, (*values, made.nonce, made.made_at, made.expires_at))
    return made


def require_in_time(made: Challenge, now: datetime) -> None:
    """Raises Refused `challenge-expired`."""
    if not made.made_at <= now <= made.expires_at:
        raise Refused(
            "challenge-expired",
            "",
            "More than 120 seconds have passed since you were shown what you sign.",
            "Look at the record again and sign anew.",
        )


def keep(connection: Connection, made: Challenge, proved: Proved, now: datetime) -> str:
    """Keep the signature; returns the token that stands for it once."""
    token = f"{PREFIX}-{secrets.token_urlsafe(24)}"
    proof = (proved.methods, proved.issuer, proved.acr, proved.at)
    connection.execute(KEEP, (uuid4(), *proof, now, _digest(token), made.id))
    return token


def _digest(token: str) -> bytes:
    return sha256(token.strip().encode()).digest()


def keep_review(connection: Connection, who: Actor, record: Record, now: datetime) -> None:
    """Keep that somebody reviewed the audit trail up to this version."""
    values = (uuid4(), UUID(record.id), who.id, who.role.value, record.version, record.digest, now)
    connection.execute(KEEP_REVIEW, values)


def reviewed_at(connection: Connection, journey: UUID, account: str | None) -> int | None:
    """The newest version up to which somebody (this one, when given) reviewed the trail."""
    row: Any = connection.execute(
        "SELECT max(version) FROM trail_review WHERE journey_id = %(journey)s"
        " AND account = coalesce(%(account)s, account)",
        {"journey": journey, "account": account},
    ).fetchone()
    return row[0]


def demanded(connection: Connection) -> bool:
    """Are commands that need a signature refused without one?"""
    return connection.execute("SELECT 1 FROM signature_policy").fetchone() is not None


def _read(rows: list[Any]) -> list[Signature]:
    return [Signature(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class Asked:
    """A command with what a signature of it is held against."""

    command: Command
    actor: Actor
    facts: Facts
    record: Record
    now: datetime
    token: str | None


def sign_off(connection: Connection, asked: Asked, command: UUID) -> list[Insert]:
    """What a signed command writes of its signatures; nothing for one that needs none.

    Raises Refused `signature-missing`, `signature-unknown`, `signature-refused`,
    `trail-not-reviewed` or `signature-not-seconded`.
    """
    wanted = needed(asked.command)
    if wanted is None or not (asked.token or demanded(connection)):
        return []
    first = _first(connection, asked, wanted)
    if wanted.trail_reviewed:
        _require_reviewed(connection, asked)
    second = _second(connection, asked, wanted) if wanted.seconded else None
    about = matter(asked.command, asked.facts)
    return [_use(one, asked, command, about) for one in (second, first) if one]


def by_token(connection: Connection, token: str) -> Signature:
    """The signature that a token stands for. Raises Refused `signature-unknown`."""
    rows: Any = connection.execute(BY_TOKEN, (_digest(token),)).fetchall()
    if not rows:
        raise Refused(
            "signature-unknown",
            "signature",
            "No signature is on record under this token.",
            "Copy the whole token that `atmpflow sign` printed, or sign anew.",
        )
    return _read(rows)[0]


def _first(connection: Connection, asked: Asked, wanted: Needed) -> Signature:
    if not asked.token:
        raise Refused(
            "signature-missing",
            "signature",
            f"{asked.command.name} must be signed: {wanted.meaning.value} ({wanted.source}).",
            "Sign it with `atmpflow sign` and give the token it prints.",
        )
    found = by_token(connection, asked.token)
    judged = judge_signature(
        found, asked.record, actor=asked.actor, meaning=wanted.meaning, now=asked.now
    )
    if not judged.allowed:
        why = "; ".join(f"{reason.code}: {reason.found}" for reason in judged.against)
        remedy = "Look at the record as it is now and sign it anew: atmpflow sign."
        raise Refused("signature-refused", "signature", f"{why}.", remedy)
    return found


def _require_reviewed(connection: Connection, asked: Asked) -> None:
    about = (UUID(asked.record.id), asked.actor.id, asked.record.version, asked.record.digest)
    if connection.execute(TRAIL, about).fetchone() is None:
        raise Refused(
            "trail-not-reviewed",
            "audit_trail_reviewed",
            f"You have not reviewed the audit trail up to version {asked.record.version}.",
            "Review it with `atmpflow review`, then sign; anything added asks for another review.",
        )


def _second(connection: Connection, asked: Asked, wanted: Needed) -> Signature:
    since = asked.now - SECOND_LIFE
    rows: Any = connection.execute(REVIEWED, (asked.record.id, asked.record.version, since))
    roles = frozenset(role.value for role in wanted.seconded)
    for one in _read(rows.fetchall()):
        if seconds(one, asked.record, first=asked.actor, roles=roles, now=asked.now) and _may_still(
            connection, asked, one
        ):
            return one
    raise Refused(
        "signature-not-seconded",
        "signature",
        "Nobody else has signed `reviewed` for the record as it is now.",
        f"Another person must sign first: {', '.join(sorted(roles))}.",
    )


def _may_still(connection: Connection, asked: Asked, one: Signature) -> bool:
    """Does whoever signed hold the role there, still, now that their signature is to count?"""
    who = Actor(one.account, Role(one.role))
    return may_for(connection, who, "sign", asked.facts, asked.now)


def _use(one: Signature, asked: Asked, command: UUID, about: str) -> Insert:
    return Insert(
        SignatureUse,
        {
            "signature_id": one.id,
            "command_id": command,
            "journey_id": UUID(one.record_id),
            "account": one.account,
            "meaning": one.meaning,
            "record_kind": one.record_kind,
            "record_id": one.record_id,
            "version": one.version,
            "hash": one.digest,
            "matter": about,
            "used_at": asked.now,
        },
    )
