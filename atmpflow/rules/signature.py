"""May this signature carry this command?

Source: 21 CFR 11.50 (meaning), 11.70 (linked to the record), 11.100 and 11.200 (one person's own);
EU GMP Annex 11, 14.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from atmpflow.people import Actor
from atmpflow.signing import Meaning
from atmpflow.verdict import Reason, Verdict, verdict

LIFE = timedelta(minutes=15)
"""How long after signing the signed command may come."""
SECOND_LIFE = timedelta(hours=24)
"""How long a second person's signature waits for the first one's command."""
SKEW = timedelta(seconds=5)
"""By how much the clock of one machine may be behind that of another."""

LINKED = "21 CFR 11.70 (a signature is linked to its record)"
OWN = "21 CFR 11.100, 11.200 (a signature is one person's own)"
MEANS = "21 CFR 11.50 (a signature says what it means)"


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature as it was made: who, in which role, meaning what, of which record."""

    id: UUID
    account: str
    role: str
    meaning: str
    record_kind: str
    record_id: str
    version: int
    digest: bytes
    signed_at: datetime
    used: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    """What is to be signed as it stands now."""

    kind: str
    id: str
    version: int
    digest: bytes


def _linked(signature: Signature, record: Record) -> Verdict:
    """It is of this record, and the record is what it was."""
    same = (signature.record_kind, signature.record_id) == (record.kind, record.id)
    moved = signature.version != record.version or signature.digest != record.digest
    return verdict(
        (
            None if same else Reason("other-record", "another record", LINKED),
            Reason("record-changed", f"version {signature.version}, now {record.version}", LINKED)
            if same and moved
            else None,
        )
    )


def _in_time(signature: Signature, now: datetime, life: timedelta) -> Verdict:
    """It was not used before, and is not older than it may be."""
    age = now - signature.signed_at
    return verdict(
        (
            Reason("used-before", "a signature counts once", OWN) if signature.used else None,
            Reason("too-old", f"signed {age} ago", OWN) if not -SKEW <= age <= life else None,
        )
    )


def judge_signature(
    signature: Signature, record: Record, *, actor: Actor, meaning: Meaning, now: datetime
) -> Verdict:
    """The signer is who asks, in this role and meaning; of the record as it is; once, and soon."""
    who = (signature.account, signature.role) == (actor.id, actor.role.value)
    means = signature.meaning == meaning.value
    return (
        verdict(
            (
                None if who else Reason("other-person", "signed by another or as another", OWN),
                None if means else Reason("other-meaning", f"it says {signature.meaning}", MEANS),
            )
        )
        & _linked(signature, record)
        & _in_time(signature, now, LIFE)
    )


def seconds(
    signature: Signature, record: Record, *, first: Actor, roles: frozenset[str], now: datetime
) -> bool:
    """Is this the second pair of eyes: another person, who may, on the record as it is?"""
    other = signature.account != first.id and signature.role in roles
    reviewed = signature.meaning == Meaning.REVIEWED.value
    right = _linked(signature, record) & _in_time(signature, now, SECOND_LIFE)
    return other and reviewed and right.allowed
