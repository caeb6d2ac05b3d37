"""From a donor to a patient and back: one statement, both ways, from wherever one stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from models.database import Connection
from models.sight import look_as, sight_of

From = Literal["lot", "donor", "unit", "journey", "patient"]

TRACE = """
WITH RECURSIVE start (kind, node) AS (
    SELECT 'unit', unnest(%(texts)s::text[]) WHERE %(from)s = 'unit'
    UNION
    SELECT parent_kind, parent FROM genealogy
    WHERE %(from)s = 'lot' AND parent = ANY(%(texts)s)
        AND parent_kind NOT IN ('donor', 'donation', 'unit')
    UNION
    SELECT parent_kind, parent FROM genealogy
    WHERE %(from)s = 'donor' AND parent = ANY(%(texts)s)
        AND parent_kind IN ('donor', 'donation', 'unit')
    UNION
    -- Who is treated with cells of their own is donor and patient.
    SELECT kind, lower(person) FROM unnest(%(texts)s::text[]) AS person,
        unnest(ARRAY['patient', 'donor']) AS kind WHERE %(from)s = 'patient'
    UNION
    SELECT 'unit', u.unit FROM unit u JOIN journey j ON j.id = u.journey_id
    WHERE %(from)s = 'journey'
        AND (j.id::text = ANY(SELECT lower(unnest(%(texts)s::text[])))
            OR j.coi = ANY(SELECT upper(unnest(%(texts)s::text[]))))
), down (kind, node) AS (
    SELECT kind, node FROM start
    UNION
    SELECT g.child_kind, g.child FROM down d
    JOIN genealogy g ON g.parent_kind = d.kind AND g.parent = d.node
), up (kind, node) AS (
    SELECT kind, node FROM start
    UNION
    SELECT g.parent_kind, g.parent FROM up u
    JOIN genealogy g ON g.child_kind = u.kind AND g.child = u.node
)
SELECT DISTINCT g.parent_kind, g.parent, g.child_kind, g.child, g.journey_id, j.coi, j.product,
    a.started_at
FROM genealogy g
LEFT JOIN journey j ON j.id = g.journey_id
LEFT JOIN administration a ON g.child_kind = 'patient' AND a.unit = g.parent
WHERE (g.parent_kind, g.parent) IN (SELECT kind, node FROM down)
    OR (g.child_kind, g.child) IN (SELECT kind, node FROM up)
    -- Stock is made of donations, which the record knows unit by unit.
    OR (g.parent_kind = 'donation' AND (g.child_kind, g.child) IN (SELECT kind, node FROM down))
ORDER BY 1, 2, 3, 4
"""


@dataclass(frozen=True, slots=True)
class Link:
    """One step of the way: what came of what, in which journey; `given_at` where it was given."""

    parent_kind: str
    parent: str
    child_kind: str
    child: str
    journey: UUID | None
    coi: str | None
    product: str | None
    given_at: Any


def trace(connection: Connection, start: From, *texts: str) -> list[Link]:
    """Everything that came of it and everything it came of, from where one stands.

    From lots, donors, units, journeys or patients (their opaque person ids).
    """
    asked = {"from": start, "texts": list(texts)}
    rows: Any = connection.execute(TRACE, asked).fetchall()
    return [Link(*row) for row in rows]


def seen_by(
    connection: Connection, links: Sequence[Link], username: str, at: datetime
) -> list[Link]:
    """The steps in journeys that an account may see; nothing where none of them is one.

    The rest of the transaction looks as that account. Raises Refused `account-unknown`.
    """
    look_as(connection, sight_of(connection, username, at))
    asked = [one.journey for one in links if one.journey]
    rows: Any = connection.execute("SELECT id FROM journey WHERE id = ANY(%s)", (asked,)).fetchall()
    seen = {row[0] for row in rows}
    return [one for one in links if one.journey in seen or (seen and one.journey is None)]
