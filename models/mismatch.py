"""Whose label was read where another's belonged, and has not been told of it?"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from models.database import Connection


@dataclass(frozen=True, slots=True)
class Implied:
    """What is `journey`'s was read in journey `scanned_in`, at its event `seq`."""

    journey: UUID
    scanned_in: UUID
    seq: int
    read: tuple[str, ...]
    at: datetime


UNTOLD = """
SELECT o.journey_id, m.journey_id, m.seq, array_agg(o.read ORDER BY o.read), m.occurred_at
FROM ledger m
CROSS JOIN LATERAL (
    SELECT id AS journey_id, 'coi' AS read FROM journey WHERE coi = m.payload ->> 'scanned_coi'
    UNION
    SELECT id, 'patient' FROM journey WHERE coi = m.payload ->> 'scanned_patient'
    UNION
    SELECT journey_id, 'unit' FROM unit WHERE unit = m.payload ->> 'scanned_unit'
) AS o
WHERE m.name IN ('label.mismatched', 'identity.mismatched') AND o.journey_id <> m.journey_id
    AND (%(journey)s::uuid IS NULL OR m.journey_id = %(journey)s)
    AND NOT EXISTS (
        SELECT FROM ledger told
        WHERE told.journey_id = o.journey_id AND told.name = 'identity.implicated'
            AND told.payload ->> 'scanned_in' = m.journey_id::text
            AND (told.payload ->> 'seq')::int = m.seq)
GROUP BY o.journey_id, m.journey_id, m.seq, m.occurred_at
ORDER BY m.occurred_at
"""


def untold(connection: Connection, journey: UUID | None = None) -> list[Implied]:
    """Journeys that a mismatch (of one journey, when given) names and that do not know of it."""
    rows: Any = connection.execute(UNTOLD, {"journey": journey}).fetchall()
    return [Implied(row[0], row[1], row[2], tuple(row[3]), row[4]) for row in rows]
