"""A sweep: run the checks of one cadence over everything, or over what has changed since the last.

Set-based: each check is one query, and only one of them reads the whole ledger. Nothing depends on
a sweep having run: the next one looks at what was missed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy import Engine

from atmpflow.rules.thresholds import limits
from models.compliance.findings import Found, Outcome, escalate, settle
from models.compliance.statement import Check, digest, narrowed, of_cadence, whole
from models.database import Connection, transaction

GRACE = timedelta(minutes=5)
"""Longer than any transaction may stand still (`models/database.py`): nothing is kept unseen."""

FULL_AGAIN = {"hourly": timedelta(days=1), "daily": timedelta(days=7), "weekly": timedelta(0)}
"""After so long a sweep looks at everything again, whatever has changed."""

CHANGED_MOST = 20_000
"""When more journeys than this have changed, it is quicker to look at all of them."""

LOCK = 4_158_127
"""One sweep at a time: any constant that all of them know."""

PREVIOUS = "SELECT until, due, checks FROM sweep WHERE cadence = %s ORDER BY id DESC LIMIT 1"
LAST_FULL = "SELECT max(began_at) FROM sweep WHERE cadence = %s AND extent = 'full'"
CHANGED = """
SELECT DISTINCT journey_id FROM command
WHERE kept_at >= %(until)s AND outcome = 'accepted' AND journey_id IS NOT NULL
UNION
SELECT journey_id FROM finding
WHERE closed_at IS NULL AND journey_id IS NOT NULL AND check_id = ANY(%(checks)s)
"""
KEEP = """
INSERT INTO sweep (cadence, extent, began_at, ended_at, until, due, checks, looked, opened, closed)
VALUES (%s, %s, %s, clock_timestamp(), %s, %s, %s, %s, %s, %s)
"""


@dataclass(frozen=True, slots=True)
class Moments:
    """The two clocks: deadlines are held against `now`, records against `wall`; UTC."""

    now: datetime
    wall: datetime


@dataclass(frozen=True, slots=True)
class Since:
    """Where the sweep before ended: what was kept by then, and what had fallen due."""

    until: datetime
    due: datetime


@dataclass(frozen=True, slots=True)
class Swept:
    """What one sweep did. `looked` is None where it looked at everything."""

    cadence: str
    checks: tuple[Check, ...]
    looked: int | None
    outcome: Outcome
    found: Mapping[str, int] = field(default_factory=dict[str, int])
    broken: Mapping[str, str] = field(default_factory=dict[str, str])
    """Checks that could not be run, with the database's code; their findings stay as they are."""


def sweep(engine: Engine, cadence: str, at: Moments, *, everything: bool = False) -> Swept:
    """Run the checks of a cadence, and open, keep, close and escalate their findings.

    It looks at everything where no sweep came before, where a check was changed, where `everything`
    is asked for, and once a while (`FULL_AGAIN`). Subjects with open findings are always looked at.
    """
    some = of_cadence(cadence)
    with transaction(engine) as connection:
        _prepare(connection)
        row: Any = connection.execute("SELECT now()").fetchone()
        until: datetime = row[0]
        since = None if everything else _since(connection, cadence, some, until)
        looked = since and _changed(connection, some, since, at)
        swept = _swept(connection, some, _Look(cadence, at, since, looked))
        counts = (len(looked) if looked is not None else -1, *swept.outcome.counts)
        extent = "full" if looked is None else "changed"
        connection.execute(KEEP, (cadence, extent, until, until, at.now, digest(some), *counts))
    return swept


def _prepare(connection: Connection) -> None:
    """One sweep at a time; room for one hash table over all journeys; nothing compiled for it."""
    connection.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
    connection.execute("SET LOCAL work_mem = '256MB'")
    connection.execute("SET LOCAL jit = off")


def _since(
    connection: Connection, cadence: str, some: tuple[Check, ...], until: datetime
) -> Since | None:
    """Where to go on; None where everything must be looked at."""
    previous: Any = connection.execute(PREVIOUS, (cadence,)).fetchone()
    if previous is None or previous[2] != digest(some):
        return None
    full: Any = connection.execute(LAST_FULL, (cadence,)).fetchone()
    if full[0] is None or until - full[0] >= FULL_AGAIN[cadence]:
        return None
    return Since(previous[0] - GRACE, previous[1])


def _changed(
    connection: Connection, some: tuple[Check, ...], since: Since, at: Moments
) -> list[UUID] | None:
    """Journeys that changed, that time brought into a check, or that have an open finding.

    None where they are so many that everything is looked at.
    """
    values = {**limits(), "since": since.due, "now": at.now, "wall": at.wall}
    asked = {"until": since.until, "checks": [one.id for one in some]}
    found = set(_ids(connection, CHANGED, asked))
    for one in some:
        if one.falls_due:
            found.update(_ids(connection, one.falls_due, values))
    return sorted(found) if len(found) <= CHANGED_MOST else None


def _ids(connection: Connection, query: str, values: Mapping[str, Any]) -> list[UUID]:
    # Values are written into the text, so that the planner sees them.
    rows: Any = psycopg.ClientCursor(connection).execute(query.encode(), values).fetchall()
    return [row[0] for row in rows]


@dataclass(frozen=True, slots=True)
class _Look:
    cadence: str
    at: Moments
    since: Since | None
    looked: list[UUID] | None


def _swept(connection: Connection, some: tuple[Check, ...], look: _Look) -> Swept:
    ran: list[Check] = []
    found: list[Found] = []
    broken: dict[str, str] = {}
    counts: dict[str, int] = {}
    for one in some:
        try:
            with connection.transaction():
                rows = list(look_for(connection, one, look.at, look.looked))
        except psycopg.Error as error:
            broken[one.id] = error.sqlstate or type(error).__name__
            continue
        ran.append(one)
        counts[one.id] = len(rows)
        found += rows
    outcome = settle(connection, ran, found, look.at.wall)
    escalated = escalate(connection, [one.id for one in ran], look.at.wall)
    looked = None if look.looked is None else len(look.looked)
    return Swept(look.cadence, some, looked, outcome.with_escalated(escalated), counts, broken)


def look_for(
    connection: Connection, one: Check, at: Moments, looked: Sequence[UUID] | None = None
) -> Iterator[Found]:
    """What one check finds now, in `looked` journeys or in all; changes nothing."""
    narrow = looked is not None and one.by_journey
    query = narrowed(one.query) if narrow else whole(one.query)
    values = {**limits(), "now": at.now, "wall": at.wall, "looked": list(looked or ())}
    cursor = psycopg.ClientCursor(connection)
    rows: Any = cursor.execute(query.encode(), values).fetchall()
    for row in rows:
        subject, *journey, said = row
        yield Found(one, subject[:200], journey[0] if journey else None, said[:400])
