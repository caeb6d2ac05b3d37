"""What Prefect has still to be told: events for its feed, and stages with work to be woken for."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from models.database import Connection

CHANNEL = "atmpflow"
"""Notified in the transaction that writes an event."""


@dataclass(frozen=True, slots=True)
class Undelivered:
    """An event as the outside may know it: opaque ids, names of things, no content."""

    id: UUID
    name: str
    stage: str
    seq: int
    occurred_at: datetime
    recorded_at: datetime
    journey: UUID
    coi: str
    product: str
    centre: str


EVENTS = """
SELECT l.id, l.name, l.stage, l.seq, l.occurred_at, l.recorded_at,
       j.id, j.coi, j.product, j.centre
FROM outbox o JOIN ledger l ON l.id = o.event_id JOIN journey j ON j.id = l.journey_id
WHERE o.delivered_at IS NULL ORDER BY o.recorded_at, l.journey_id, l.seq LIMIT %s
"""


def undelivered(connection: Connection, limit: int) -> list[Undelivered]:
    """The oldest events that were not handed over yet."""
    found: Any = connection.execute(EVENTS, (limit,)).fetchall()
    return [Undelivered(*row) for row in found]


def mark_delivered(connection: Connection, ids: list[UUID], now: datetime) -> None:
    """Remember that these were taken."""
    connection.execute("UPDATE outbox SET delivered_at = %s WHERE event_id = ANY(%s)", (now, ids))


@dataclass(frozen=True, slots=True)
class Unwoken:
    """A reaction whose stage was not woken for it yet."""

    reaction: int
    stage: str
    journey: UUID
    coi: str


REACTIONS = """
SELECT r.id, r.stage, r.journey_id, j.coi
FROM reaction r JOIN journey j ON j.id = r.journey_id
WHERE r.done_at IS NULL AND r.woken_at IS NULL AND r.not_before <= %s ORDER BY r.id LIMIT %s
"""


def unwoken(connection: Connection, now: datetime, limit: int) -> list[Unwoken]:
    """Work that nobody was woken for, oldest first."""
    found: Any = connection.execute(REACTIONS, (now, limit)).fetchall()
    return [Unwoken(*row) for row in found]


def mark_woken(connection: Connection, ids: list[int], now: datetime) -> None:
    """Remember that a wake-up for these was taken; the heartbeat forgets it after a minute."""
    connection.execute("UPDATE reaction SET woken_at = %s WHERE id = ANY(%s)", (now, ids))
