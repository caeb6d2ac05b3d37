"""Looking at findings, and deciding on one: by name, with a reason, under a signature."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import Engine

from atmpflow.errors import Refused
from atmpflow.people import Actor, Role
from atmpflow.rules.signature import Record, judge_signature
from atmpflow.signing import Meaning
from models.authority import require_where
from models.chain import canonical
from models.database import Connection, transaction
from models.signing import by_token, demanded

MEANING = Meaning.APPROVED
"""What a signature under a decision says."""

COLUMNS = (
    "id", "check_id", "subject", "journey_id", "severity", "owner", "found", "opened_at",
    "last_seen_at", "escalated", "closed_at", "closed_how", "decided_by", "justification",
)  # fmt: skip

FINDINGS = f"""
SELECT {", ".join(COLUMNS)} FROM finding
WHERE (%(closed)s OR closed_at IS NULL)
    AND (%(check)s::text IS NULL OR check_id = %(check)s)
    AND (%(journey)s::uuid IS NULL OR journey_id = %(journey)s)
ORDER BY closed_at IS NOT NULL, array_position('{{critical,major,minor}}', severity::text),
    opened_at, check_id, subject
LIMIT %(limit)s
"""  # noqa: S608 - made of constants

BY_ID = f"SELECT {', '.join(COLUMNS)} FROM finding WHERE id::text LIKE %s || '%%' LIMIT 2"  # noqa: S608
LOCKED = "SELECT closed_at IS NULL FROM finding WHERE id = %s FOR UPDATE"
DECIDE = """
UPDATE finding SET closed_at = greatest(%s, opened_at), closed_how = 'decision', decided_by = %s,
    decided_role = %s, justification = %s, signature_id = %s
WHERE id = %s
"""


@dataclass(frozen=True, slots=True)
class Held:
    """One finding as it stands."""

    id: UUID
    check_id: str
    subject: str
    journey_id: UUID | None
    severity: str
    owner: str
    found: str
    opened_at: datetime
    last_seen_at: datetime
    escalated: int
    closed_at: datetime | None
    closed_how: str | None
    decided_by: str | None
    justification: str | None


def findings(
    connection: Connection,
    *,
    closed: bool = False,
    check: str | None = None,
    journey: UUID | None = None,
    limit: int = 1000,
) -> Sequence[Held]:
    """Open findings, the gravest and oldest first; then the closed ones where asked for."""
    asked = {"closed": closed, "check": check, "journey": journey, "limit": limit}
    rows: Any = connection.execute(FINDINGS.encode(), asked).fetchall()
    return [Held(*row) for row in rows]


def finding(connection: Connection, text: str) -> Held:
    """The finding whose id begins so. Raises Refused `finding-unknown`."""
    rows: Any = connection.execute(BY_ID.encode(), (text.strip().lower(),)).fetchall()
    if len(rows) != 1 or not text.strip():
        raise Refused(
            "finding-unknown",
            "finding",
            "No finding has this id." if not rows else "Several findings begin like this.",
            "Copy the id from `atmpflow findings`.",
        )
    return Held(*rows[0])


def record_of_finding(one: Held) -> Record:
    """What is signed: the finding with its evidence."""
    said = {"check": one.check_id, "subject": one.subject, "found": one.found}
    return Record("finding", str(one.id), 1, sha256(canonical(said)).digest())


@dataclass(frozen=True, slots=True)
class Decision:
    """Why a finding needs nothing more, and the token of the signature under it."""

    justification: str
    token: str | None = None


def decide(engine: Engine, one: Held, decision: Decision, *, actor: Actor, now: datetime) -> None:
    """Close a finding by decision.

    Raises Refused `finding-closed`, `justification-missing`, `role-not-allowed`,
    `signature-missing`, `signature-unknown` or `signature-refused`, or what stands against the
    account.
    """
    _require_may(one, decision, actor)
    with transaction(engine) as connection:
        require_where(connection, actor, "decide-finding", one.journey_id, now)
        row: Any = connection.execute(LOCKED, (one.id,)).fetchone()
        if not row[0]:
            raise Refused(
                "finding-closed",
                "finding",
                "This finding is closed already.",
                "Look at what became of it: atmpflow findings --closed.",
            )
        signature = _signature(connection, one, decision, actor, now)
        values = (now, actor.id, actor.role.value, decision.justification.strip(), signature)
        connection.execute(DECIDE, (*values, one.id))


def _require_may(one: Held, decision: Decision, actor: Actor) -> None:
    if not decision.justification.strip():
        raise Refused(
            "justification-missing",
            "justification",
            "A decision without a reason is none.",
            "Say why nothing more has to be done, and name the record that shows it.",
        )
    may = sorted({one.owner, Role.COMPLIANCE.value})
    if actor.role.value not in may:
        raise Refused(
            "role-not-allowed",
            "actor.role",
            f"A finding of this check is decided by: {', '.join(may)}.",
            "Ask somebody in one of these roles.",
        )


def _signature(
    connection: Connection, one: Held, decision: Decision, actor: Actor, now: datetime
) -> UUID | None:
    """The signature that the token stands for; none where none is given nor demanded."""
    if not decision.token:
        if demanded(connection):
            raise Refused(
                "signature-missing",
                "signature",
                "A decision on a finding must be signed: approved.",
                "Sign it: leave out --signature and you are asked for your password.",
            )
        return None
    found = by_token(connection, decision.token)
    judged = judge_signature(found, record_of_finding(one), actor=actor, meaning=MEANING, now=now)
    if not judged.allowed:
        why = "; ".join(f"{reason.code}: {reason.found}" for reason in judged.against)
        raise Refused(
            "signature-refused", "signature", f"{why}.", "Look at the finding and sign it anew."
        )
    return found.id
