"""Finding captured EPCIS events, and the journeys that a query's identifiers belong to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from atmpflow.epcis.identifiers import value_of
from atmpflow.epcis.query import Query
from models.database import Connection


@dataclass(frozen=True, slots=True)
class Found:
    """A captured event as it was sent, with what its fields' prefixes mean."""

    number: int
    content: dict[str, Any]
    prefixes: dict[str, Any]
    event_id: str
    recorded_at: datetime


SEARCH = """
SELECT number, content, prefixes, event_id, recorded_at FROM epcis_event e
WHERE number > %(after)s
    AND (partner = %(partner)s OR EXISTS (SELECT FROM epcis_outcome o
        WHERE o.number = e.number AND o.journey_id = ANY(%(journeys)s)))
    AND (%(kinds)s::text[] = '{}' OR kind = ANY(%(kinds)s))
    AND (%(actions)s::text[] = '{}' OR action = ANY(%(actions)s))
    AND (%(steps)s::text[] = '{}' OR biz_step = ANY(%(steps)s))
    AND (%(dispositions)s::text[] = '{}' OR disposition = ANY(%(dispositions)s))
    AND (%(ids)s::text[] = '{}' OR event_id = ANY(%(ids)s) OR hash = ANY(%(ids)s))
    AND (%(epcs)s::varchar[] = '{}'
        OR things && %(epcs)s::varchar[] AND epcs && %(epcs)s::varchar[])
    AND (%(things)s::varchar[] = '{}' OR things && %(things)s::varchar[])
    AND event_time >= coalesce(%(since)s::timestamptz, '-infinity')
    AND event_time < coalesce(%(before)s::timestamptz, 'infinity')
    AND recorded_at >= coalesce(%(recorded_since)s::timestamptz, '-infinity')
    AND recorded_at < coalesce(%(recorded_before)s::timestamptz, 'infinity')
ORDER BY number LIMIT %(limit)s
"""


def search(
    connection: Connection,
    query: Query,
    *,
    partner: str,
    journeys: Sequence[UUID],
    after: int,
    limit: int,
) -> list[Found]:
    """Events that this partner sent, or that concerned these journeys; in the order of capture."""
    values = {
        "kinds": list(query.kinds),
        "actions": list(query.actions),
        "steps": list(query.steps),
        "dispositions": list(query.dispositions),
        "ids": list(query.ids),
        "epcs": list(query.epcs),
        "things": list(query.things),
        "since": query.since,
        "before": query.before,
        "recorded_since": query.recorded_since,
        "recorded_before": query.recorded_before,
    }
    more = {"partner": partner, "journeys": list(journeys), "after": after, "limit": limit}
    rows: Any = connection.execute(SEARCH, {**values, **more}).fetchall()
    return [Found(*row) for row in rows]


OWNERS = """
SELECT journey_id FROM shipment WHERE sscc = ANY(%s)
UNION SELECT journey_id FROM unit WHERE unit = ANY(%s)
ORDER BY 1
"""


def owners(connection: Connection, things: Sequence[str], prefix: str | None) -> list[UUID]:
    """The journeys whose shippers or units these identifiers name."""
    sscc = [one for uri in things if (one := value_of(uri, "00"))]
    giai = [one for uri in things if (one := value_of(uri, "8004"))]
    units = [one.removeprefix(prefix) for one in giai if prefix and one.startswith(prefix)]
    if not sscc and not units:
        return []
    rows: Any = connection.execute(OWNERS, (sscc, units)).fetchall()
    return [row[0] for row in rows]


CAPTURE = """
SELECT c.id, c.received_at, c.success, c.behaviour, c.events, c.duplicates, c.problems,
    encode(c.sha256, 'hex')
FROM epcis_capture c WHERE c.partner = %s AND (%s::uuid IS NULL OR c.id = %s)
ORDER BY c.received_at DESC, c.id LIMIT %s
"""
OUTCOMES_OF = """
SELECT e.place, e.event_id, last.outcome, last.code, last.command, e.capture_id
FROM epcis_event e LEFT JOIN LATERAL (SELECT outcome, code, command FROM epcis_outcome o
    WHERE o.number = e.number ORDER BY attempt DESC LIMIT 1) AS last ON TRUE
WHERE e.capture_id = ANY(%s) ORDER BY e.place
"""


@dataclass(frozen=True, slots=True)
class Job:
    """One capture: what was taken, what was wrong, and what became of each new event."""

    id: UUID
    at: datetime
    success: bool
    behaviour: str
    events: int
    duplicates: int
    problems: list[dict[str, str]]
    sha256: str
    outcomes: tuple[dict[str, Any], ...] = ()


def jobs(
    connection: Connection, partner: str, *, only: UUID | None = None, limit: int = 100
) -> list[Job]:
    """A partner's captures, the latest first, without what became of their events."""
    rows: Any = connection.execute(CAPTURE, (partner, only, only, limit)).fetchall()
    return [Job(*row) for row in rows]


def outcomes(connection: Connection, capture: UUID) -> tuple[dict[str, Any], ...]:
    """What became of each event that a capture brought."""
    rows: Any = connection.execute(OUTCOMES_OF, ([capture],)).fetchall()
    return tuple(
        {"event": place, "eventID": event_id, "outcome": outcome, "code": code, "command": command}
        for place, event_id, outcome, code, command, _ in rows
    )


OPEN = """
SELECT e.number, e.partner, e.event_time, e.kind, e.biz_step, last.outcome, last.code,
    last.journey_id
FROM epcis_event e LEFT JOIN LATERAL (SELECT outcome, code, journey_id FROM epcis_outcome o
    WHERE o.number = e.number ORDER BY attempt DESC LIMIT 1) AS last ON TRUE
WHERE last.outcome IS NULL OR last.outcome IN ('refused', 'unknown')
ORDER BY e.number DESC LIMIT %s
"""


def unmatched(connection: Connection, limit: int = 200) -> list[dict[str, Any]]:
    """Events that should have become something and did not, the latest first."""
    rows: Any = connection.execute(OPEN, (limit,)).fetchall()
    names = ("number", "partner", "event_time", "kind", "biz_step", "outcome", "code", "journey")
    return [dict(zip(names, row, strict=True)) for row in rows]


LEGS = "SELECT id, sscc FROM shipment WHERE journey_id = %s AND sscc IS NOT NULL"
MEANS = """
SELECT encode(f.sha256, 'hex'), avg(r.celsius)
FROM shipment s JOIN logger_file f ON f.shipment_id = s.id JOIN reading r ON r.file = f.number
WHERE s.journey_id = %s AND r.at BETWEEN s.packed_at AND s.received_at
GROUP BY 1
"""


def shippers(connection: Connection, journey: UUID) -> dict[UUID, str]:
    """The SSCC of each shipment of a journey that has one."""
    rows: Any = connection.execute(LEGS, (journey,)).fetchall()
    return dict(rows)


def means_c(connection: Connection, journey: UUID) -> dict[str, float]:
    """The mean temperature of each leg by the hash of its log, pack-out to receipt, in Celsius."""
    rows: Any = connection.execute(MEANS, (journey,)).fetchall()
    return {digest: float(mean) for digest, mean in rows if mean is not None}
