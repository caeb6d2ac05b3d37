"""Claiming what stages owe: leased, fenced, and never the same twice at once."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from models.database import Connection
from models.fault import fault

LEASE = timedelta(seconds=60)
"""How long a worker may take for one batch before somebody else may."""

PATIENCE = timedelta(minutes=1)
"""Work older than this is woken again."""


@dataclass(frozen=True, slots=True)
class Owed:
    """A reaction that this worker has claimed until its lease runs out."""

    reaction: int
    fence: int
    journey: UUID
    stage: str
    cause: str
    attempts: int


CLAIM = """
UPDATE reaction SET claimed_by = %(worker)s, lease_until = %(until)s,
    fence = fence + 1, attempts = attempts + 1
WHERE id IN (
    SELECT id FROM reaction
    WHERE stage = %(stage)s AND done_at IS NULL AND not_before <= %(now)s
      AND (lease_until IS NULL OR lease_until < %(now)s)
      AND (%(journey)s::uuid IS NULL OR journey_id = %(journey)s)
    ORDER BY id LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
RETURNING id, fence, journey_id, stage, cause, attempts
"""


def claim(
    connection: Connection,
    stage: str,
    *,
    worker: str,
    now: datetime,
    limit: int,
    journey: UUID | None = None,
) -> list[Owed]:
    """Take up to `limit` reactions of a stage, oldest first; of one journey, when given."""
    found: Any = connection.execute(
        CLAIM,
        {
            "stage": stage,
            "worker": worker,
            "now": now,
            "until": now + LEASE,
            "journey": journey,
            "limit": limit,
        },
    ).fetchall()
    fault("claim.taken", connection)
    return sorted((Owed(*row) for row in found), key=lambda owed: owed.reaction)


def put_back(
    connection: Connection, owed: Owed, *, now: datetime, after: timedelta, trouble: str
) -> None:
    """Let go of a claim that came to nothing; it is tried again after a while."""
    connection.execute(
        "UPDATE reaction SET claimed_by = NULL, lease_until = NULL, woken_at = NULL,"
        " not_before = %s, trouble = %s"
        " WHERE id = %s AND fence = %s AND done_at IS NULL",
        (now + after, trouble, owed.reaction, owed.fence),
    )


def holders(connection: Connection) -> list[str]:
    """Every worker that holds a claim."""
    found: Any = connection.execute(
        "SELECT DISTINCT claimed_by FROM reaction"
        " WHERE done_at IS NULL AND claimed_by IS NOT NULL AND lease_until IS NOT NULL"
    ).fetchall()
    return [worker for (worker,) in found]


def take_from(connection: Connection, workers: list[str]) -> int:
    """End the claims of workers that are no more; should one be, its writes are refused."""
    return connection.execute(
        "UPDATE reaction SET claimed_by = NULL, lease_until = NULL, fence = fence + 1"
        " WHERE done_at IS NULL AND claimed_by = ANY(%s)",
        (workers,),
    ).rowcount


def forget_wake_ups(connection: Connection, now: datetime) -> int:
    """Have work that is still owed a minute after its wake-up woken again; returns how much."""
    cursor = connection.execute(
        "UPDATE reaction SET woken_at = NULL WHERE done_at IS NULL AND woken_at < %s"
        " AND not_before <= %s AND (lease_until IS NULL OR lease_until < %s)",
        (now - PATIENCE, now, now),
    )
    if cursor.rowcount:
        connection.execute("NOTIFY atmpflow")
    return cursor.rowcount


@dataclass(frozen=True, slots=True)
class DueTimer:
    """A timer whose moment has come."""

    journey: UUID
    kind: str
    due_at: datetime


def due_timers(connection: Connection, now: datetime, limit: int = 500) -> list[DueTimer]:
    """Timers that are due and neither fired nor cancelled, the most overdue first."""
    found: Any = connection.execute(
        "SELECT journey_id, kind, due_at FROM timer"
        " WHERE fired_at IS NULL AND cancelled_at IS NULL AND due_at <= %s"
        " ORDER BY due_at LIMIT %s",
        (now, limit),
    ).fetchall()
    return [DueTimer(*row) for row in found]
