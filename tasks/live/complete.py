"""What loggers sent bit by bit: gathered into the log of a leg once it was measured to its end."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from sqlalchemy import Engine

from atmpflow.errors import Refused
from atmpflow.people import Actor, Role
from atmpflow.rules.cold_chain import gap_allowed_min
from models.batches import OnLeg
from models.database import Connection, transaction
from models.lookups import facts_of
from models.registering import registered
from tasks.epcis.readings import waits_for_log
from tasks.live.message import Reading, read_message
from tasks.logger import LoggerExport, read_export, record_log
from tasks.loggers.reader import GATHERED

AROUND = timedelta(days=1)
"""How long before pack-out a batch may have come that still holds readings of the leg."""

# A leg whose own logger sent something, and whose log nobody has recorded.
WAITING = """
SELECT s.id, s.journey_id, s.logger, s.packed_at, s.received_at FROM shipment s
WHERE s.received_at IS NOT NULL AND s.log_sha256 IS NULL AND s.verdict IS NULL
    AND EXISTS (SELECT FROM reading_batch b WHERE b.logger = s.logger
        AND b.received_at >= s.packed_at AND b.outcome = 'taken')
"""
SENT = """
SELECT kind, content, format, zone, sender, role FROM reading_batch
WHERE logger = %s AND outcome = 'taken' AND received_at >= %s ORDER BY number
"""
# Refused, and not taken since: nobody knows what it would have said.
UNRESOLVED = """
SELECT EXISTS (SELECT FROM reading_batch b
    WHERE b.logger = %(logger)s AND b.received_at >= %(since)s AND b.refused > 0
        AND NOT (b.outcome = 'refused' AND b.code <> 'batch-differs' AND EXISTS (
            SELECT FROM reading_batch t WHERE t.outcome = 'taken' AND t.number > b.number
                AND t.sender = b.sender AND t.batch = b.batch)))
"""


@dataclass(frozen=True, slots=True)
class Gathered:
    """All that a logger's sensor sent of a leg, in order of time, and who sent the last of it."""

    readings: Sequence[Reading]
    sensor: str
    sender: Actor


def complete_all(engine: Engine, *, now: datetime) -> int:
    """Record the log of every leg that waits for one and was measured to its end; how many."""
    with transaction(engine) as connection:
        legs: Any = connection.execute(WAITING).fetchall()
    return sum(complete(engine, OnLeg(*leg), now=now) for leg in legs)


def complete(engine: Engine, leg: OnLeg, *, now: datetime) -> bool:
    """Record a leg's log where all of it is here. Otherwise the logger's own file is waited for.

    Nothing is recorded over a gap, a refused reading or two readings that differ: the logger
    itself remembers more than it managed to send.
    """
    with transaction(engine) as connection:
        facts = facts_of(connection, leg.journey)
        if leg.received_at is None or not waits_for_log(facts, leg.shipment):
            return False
        export, sender = _export(connection, leg)
    if export is None or sender is None:
        return False
    try:
        record_log(engine, leg.journey, export, sender, at=now)
    except Refused:
        return False
    return True


def _export(connection: Connection, leg: OnLeg) -> tuple[LoggerExport | None, Actor | None]:
    """The leg's log: the newest export that covers it, else what was gathered of batches."""
    rows: Any = connection.execute(SENT, (leg.logger, leg.packed_at - AROUND)).fetchall()
    allowed = _allowed(connection, leg)
    for kind, content, format, zone, sender, role in reversed(rows):
        export = LoggerExport(bytes(content), "export", leg.logger, zone, format)
        if kind == "file" and _covers([at for at, _ in read_export(export).readings], leg, allowed):
            return export, Actor(sender, Role(role))
    asked = {"logger": leg.logger, "since": leg.packed_at}
    unresolved: Any = connection.execute(UNRESOLVED, asked).fetchone()
    found = None if unresolved[0] else _gathered(rows, leg)
    if found is None or not _covers([one.at for one in found.readings], leg, allowed):
        return None, None
    return _as_file(found, leg), found.sender


def _allowed(connection: Connection, leg: OnLeg) -> timedelta:
    known = registered(connection, leg.logger, leg.packed_at)
    return timedelta(minutes=gap_allowed_min(known.interval_s if known else None))


def _covers(times: Sequence[datetime], leg: OnLeg, allowed: timedelta) -> bool:
    """From pack-out to receipt or later, without a gap longer than allowed."""
    end = leg.received_at
    if end is None or not times or times[-1] < end:
        return False
    inside = [at for at in times if leg.packed_at <= at <= end]
    return all(after - at <= allowed for at, after in pairwise((leg.packed_at, *inside, end)))


def _gathered(rows: Iterable[Any], leg: OnLeg) -> Gathered | None:
    """The batches together; none where two of them differ about one moment, or in the sensor."""
    found: dict[datetime, Reading] = {}
    sensors: set[str] = set()
    sender: Actor | None = None
    for kind, content, _, _, account, role in rows:
        if kind != "json":
            continue
        message = read_message(bytes(content))
        sensors.add(message.sensor)
        sender = Actor(account, Role(role))
        for one in message.readings:
            if found.setdefault(one.at, one) != one:
                return None
    within = [found[at] for at in sorted(found) if _near(at, leg)]
    if sender is None or not within or len(sensors) != 1:
        return None
    return Gathered(within, sensors.pop(), sender)


def _near(at: datetime, leg: OnLeg) -> bool:
    end = leg.received_at or at
    return leg.packed_at - timedelta(hours=1) <= at <= end + timedelta(hours=1)


def _as_file(found: Gathered, leg: OnLeg) -> LoggerExport:
    """The readings as a file of our own format: UTC, degrees Celsius, with logger and sensor."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("timestamp", "temp_c", "opened", "tilted", "logger", "sensor"))
    writer.writerows(_cells(found, leg))
    return LoggerExport(text.getvalue().encode(), "live.csv", leg.logger, "UTC", GATHERED)


def _cells(found: Gathered, leg: OnLeg) -> Iterator[tuple[str, ...]]:
    for one in found.readings:
        celsius = "" if one.celsius is None else f"{one.celsius!r}"
        marks = ("opened" if one.opened else "", "tilted" if one.tilted else "")
        yield (f"{one.at:%Y-%m-%d %H:%M:%S.%f}", celsius, *marks, leg.logger, found.sensor)
