"""Findings: opened once, closed by themselves or by a decision, escalated by age."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from atmpflow.rules.escalation import LADDER
from models.compliance.statement import Check
from models.database import Connection


@dataclass(frozen=True, slots=True)
class Found:
    """That a check holds something against a subject; `found` is the evidence."""

    check: Check
    subject: str
    journey: UUID | None
    found: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many findings a sweep opened, found open still, and closed."""

    opened: int = 0
    open: int = 0
    closed: int = 0
    escalated: int = 0

    @property
    def counts(self) -> tuple[int, int]:
        return self.opened, self.closed

    def with_escalated(self, count: int) -> "Outcome":
        return replace(self, escalated=count)


HERE = """
here AS (
    SELECT DISTINCT ON (check_id, subject) * FROM unnest(
        %(checks)s::text[], %(subjects)s::text[], %(journeys)s::uuid[], %(found)s::text[],
        %(severities)s::text[], %(owners)s::text[])
        AS f (check_id, subject, journey_id, found, severity, owner)
    ORDER BY check_id, subject, found
)
"""

CLOSE = f"""
WITH {HERE}
UPDATE finding f SET closed_at = greatest(%(at)s, opened_at), closed_how = 'by-itself'
WHERE f.closed_at IS NULL AND f.check_id = ANY(%(ran)s) AND NOT EXISTS (
    SELECT FROM here h WHERE h.check_id = f.check_id AND h.subject = f.subject)
"""  # noqa: S608 - made of constants

SEE_AGAIN = f"""
WITH {HERE}
UPDATE finding f SET last_seen_at = greatest(%(at)s, f.last_seen_at), found = h.found,
    severity = h.severity, owner = h.owner
FROM here h
WHERE f.closed_at IS NULL AND h.check_id = f.check_id AND h.subject = f.subject
"""  # noqa: S608 - made of constants

OPEN = f"""
WITH {HERE}
INSERT INTO finding
    (check_id, subject, journey_id, severity, owner, found, opened_at, last_seen_at)
SELECT h.check_id, h.subject, h.journey_id, h.severity, h.owner, h.found, %(at)s, %(at)s
FROM here h
WHERE NOT EXISTS (
    -- What somebody has decided on stays decided as long as the evidence is the same.
    SELECT FROM (
        SELECT d.found FROM finding d
        WHERE d.check_id = h.check_id AND d.subject = h.subject AND d.closed_how = 'decision'
        ORDER BY d.closed_at DESC LIMIT 1) AS decided
    WHERE decided.found = h.found)
ON CONFLICT (check_id, subject) WHERE closed_at IS NULL DO NOTHING
"""  # noqa: S608 - made of constants

ESCALATE = """
UPDATE finding f SET escalated = reached.level, escalated_at = %(at)s
FROM (
    SELECT o.id, (%(at)s - o.opened_at >= l.first)::int + (%(at)s - o.opened_at >= l.second)::int
        AS level
    FROM finding o
    JOIN unnest(%(severities)s::text[], %(first)s::interval[], %(second)s::interval[])
        AS l (severity, first, second) ON l.severity = o.severity
    WHERE o.closed_at IS NULL AND o.check_id = ANY(%(ran)s)) AS reached
WHERE reached.id = f.id AND reached.level > f.escalated
"""


def settle(
    connection: Connection, ran: Sequence[Check], found: Sequence[Found], at: datetime
) -> Outcome:
    """Close what is not found any more, note what still is, and open what is new.

    `ran` are the checks that looked at every subject of theirs that has an open finding.
    """
    values: dict[str, Any] = {
        "at": at,
        "ran": [one.id for one in ran],
        "checks": [one.check.id for one in found],
        "subjects": [one.subject for one in found],
        "journeys": [one.journey for one in found],
        "found": [one.found for one in found],
        "severities": [one.check.severity for one in found],
        "owners": [one.check.owner for one in found],
    }
    closed = connection.execute(CLOSE, values).rowcount
    still = connection.execute(SEE_AGAIN, values).rowcount
    opened = connection.execute(OPEN, values).rowcount
    return Outcome(opened, still + opened, closed)


def escalate(connection: Connection, ran: Sequence[str], at: datetime) -> int:
    """Raise the level of what has been open for too long; returns how many were raised."""
    values = {
        "at": at,
        "ran": list(ran),
        "severities": list(LADDER),
        "first": [first for first, _ in LADDER.values()],
        "second": [second for _, second in LADDER.values()],
    }
    return connection.execute(ESCALATE, values).rowcount
