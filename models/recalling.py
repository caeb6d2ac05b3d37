"""Recording a recall, finding what it touches, and closing it when everybody has answered."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import psycopg
from sqlalchemy import Engine

from atmpflow.errors import Refused
from atmpflow.people import Actor, Role
from models.database import Connection, transaction
from models.rejection import explain

MAY_RECALL = frozenset({Role.MANUFACTURER, Role.QP, Role.PHARMACIST, Role.COMPLIANCE})
"""Whoever holds the licence, certified, or received the notice."""


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What is recalled, by which class and notice, and since when."""

    kind: str
    lot: str
    recall_class: int
    reference: str
    recalled_at: datetime


@dataclass(frozen=True, slots=True)
class Untold:
    """A journey that a recall touches and that does not know of it yet."""

    recall: UUID
    kind: str
    lot: str
    recall_class: int
    reference: str
    journey: UUID
    units: list[str]
    at: datetime


OPEN = (
    "INSERT INTO recall (id, kind, lot, recall_class, reference, recalled_at, recorded_at,"
    " recorded_by, role) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)"
    " ON CONFLICT (kind, lot, reference) DO NOTHING"
)
KNOWN = "SELECT id, recall_class FROM recall WHERE kind = %s AND lot = %s AND reference = %s"


def open_recall(engine: Engine, taken: TakenBack, actor: Actor, now: datetime) -> UUID:
    """Put a recall on record; the same one again is the same recall.

    Raises Refused `role-not-allowed`, `date-in-future`, or `recall-known` for another class.
    """
    _require_role(actor)
    if taken.recalled_at > now:
        raise Refused(
            "date-in-future", "at", "That moment has not come yet.", "Give the notice's own time."
        )
    values = (taken.kind, taken.lot, taken.recall_class, taken.reference, taken.recalled_at)
    with transaction(engine) as connection:
        connection.execute(OPEN, (uuid4(), *values, now, actor.id, actor.role.value))
        key = (taken.kind, taken.lot, taken.reference)
        row: Any = connection.execute(KNOWN, key).fetchone()
    if row[1] != taken.recall_class:
        raise Refused(
            "recall-known",
            "class",
            f"This notice is on record as class {row[1]}.",
            "A recall that was classed anew has a new reference.",
        )
    return row[0]


def _require_role(actor: Actor) -> None:
    if actor.role not in MAY_RECALL:
        roles = ", ".join(sorted(MAY_RECALL))
        raise Refused(
            "role-not-allowed",
            "actor.role",
            f"{actor.role} may not recall.",
            f"This belongs to: {roles}.",
        )


UNTOLD = """
SELECT r.id, r.kind, r.lot, r.recall_class, r.reference, t.journey_id,
    coalesce(array_agg(t.unit ORDER BY t.unit) FILTER (WHERE t.unit IS NOT NULL), '{}'),
    greatest(r.recalled_at, j.opened_at)
FROM recall r
JOIN recall_touched t ON t.recall_id = r.id
JOIN journey j ON j.id = t.journey_id
LEFT JOIN recall_notice n ON n.recall_id = r.id AND n.journey_id = t.journey_id
WHERE n.seq IS NULL
GROUP BY r.id, t.journey_id, j.opened_at
ORDER BY r.recall_class, r.recalled_at
"""


def untold(connection: Connection) -> list[Untold]:
    """Every journey that an open or closed recall touches and that was not told, worst first."""
    rows: Any = connection.execute(UNTOLD).fetchall()
    return [Untold(*row) for row in rows]


CLOSE = (
    "INSERT INTO recall_closing (recall_id, reference, closed_at, closed_by, role)"
    " VALUES (%s, %s, %s, %s, %s) ON CONFLICT (recall_id) DO NOTHING"
)


def close_recall(
    engine: Engine, recall: UUID, reference: str, *, actor: Actor, now: datetime
) -> None:
    """Close a recall. Raises Refused `recall-unknown`, `recall-unanswered`, `role-not-allowed`."""
    _require_role(actor)
    try:
        with transaction(engine) as connection:
            connection.execute(CLOSE, (recall, reference, now, actor.id, actor.role.value))
    except psycopg.errors.IntegrityError as error:
        raise explain(error) from None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a recall is: journeys touched and told, answers owed and given."""

    recall: UUID
    kind: str
    lot: str
    recall_class: int
    reference: str
    recalled_at: datetime
    touched: int
    told: int
    owed: int
    answered: int
    overdue: int
    closed_at: datetime | None


PROGRESS = """
SELECT r.id, r.kind, r.lot, r.recall_class, r.reference, r.recalled_at,
    (SELECT count(DISTINCT t.journey_id) FROM recall_touched t WHERE t.recall_id = r.id),
    (SELECT count(*) FROM recall_notice n WHERE n.recall_id = r.id),
    count(d.name), count(d.fulfilled_at), count(*) FILTER (
        WHERE d.overdue_at IS NOT NULL AND d.fulfilled_at IS NULL), c.closed_at
FROM recall r
LEFT JOIN recall_closing c ON c.recall_id = r.id
LEFT JOIN recall_notice n ON n.recall_id = r.id
LEFT JOIN duty d ON d.journey_id = n.journey_id AND d.seq = n.seq AND d.name LIKE 'recall-reply%'
GROUP BY r.id, c.closed_at ORDER BY c.closed_at IS NOT NULL, r.recalled_at DESC
"""


def progress(connection: Connection) -> list[Progress]:
    """Every recall with how far it is, the open ones first."""
    rows: Any = connection.execute(PROGRESS).fetchall()
    return [Progress(*row) for row in rows]
