"""Keeping what loggers send on the way, each sending once, and finding the leg it is about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from atmpflow.people import Actor
from models.database import Connection

Problem = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Sending:
    """What came in, from whom, over what, and when."""

    source: str
    """http or mqtt"""
    kind: str
    """json or file"""
    content: bytes
    actor: Actor
    at: datetime
    format: str
    zone: str = "UTC"

    @property
    def sha256(self) -> bytes:
        return sha256(self.content).digest()


@dataclass(frozen=True, slots=True)
class Became:
    """What became of a sending."""

    batch: str | None
    logger: str | None
    taken: int
    problems: tuple[Problem, ...] = ()
    code: str | None = None
    """Why all of it was refused."""
    shipment: UUID | None = None
    file: int | None = None
    warnings: tuple[str, ...] = ()
    """Codes of why the logger will not be believed when the leg is judged."""
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class OnLeg:
    """A shipment that a logger was packed into."""

    shipment: UUID
    journey: UUID
    logger: str
    packed_at: datetime
    received_at: datetime | None


# One sending of a batch at a time: the second finds the first.
ALONE = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"
EARLIER = """
SELECT sha256, logger, taken, problems, shipment_id, file FROM reading_batch
WHERE sender = %s AND batch = %s AND outcome = 'taken'
"""
KEEP = """
INSERT INTO reading_batch (source, kind, sender, role, batch, logger, sha256, content, format, zone,
    received_at, outcome, code, taken, refused, problems, shipment_id, file)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (sender, sha256, code) WHERE outcome = 'refused' DO NOTHING
"""
LEG = """
SELECT id, journey_id, logger, packed_at, received_at FROM shipment
WHERE packed_at IS NOT NULL AND (received_at IS NULL OR received_at >= %(since)s)
    AND packed_at <= %(until)s AND {which}
ORDER BY packed_at DESC LIMIT 1
"""
BY_LOGGER = LEG.format(which="logger = %(name)s")
BY_SHIPPER = LEG.format(which="(shipper = %(name)s OR sscc = %(name)s)")
REFUSED = """
SELECT received_at, source, sender, batch, logger, code, refused, problems FROM reading_batch
WHERE refused > 0 OR outcome = 'refused' ORDER BY number DESC LIMIT %s
"""


def alone(connection: Connection, sender: str, batch: str) -> None:
    """Until the transaction ends nobody else handles a batch of this sender and number."""
    connection.execute(ALONE, (f"{sender} {batch}",))


def earlier(connection: Connection, sender: str, batch: str) -> tuple[bytes, Became] | None:
    """The batch as it was taken before: its hash, and what became of it."""
    row: Any = connection.execute(EARLIER, (sender, batch)).fetchone()
    if row is None:
        return None
    digest, logger, taken, problems, shipment, file = row
    answer = Became(
        batch, logger, taken, tuple(problems), shipment=shipment, file=file, repeated=True
    )
    return bytes(digest), answer


def keep(connection: Connection, sending: Sending, became: Became) -> None:
    """Keep a sending byte for byte; one that is refused again for the same reason is kept once."""
    outcome = "taken" if became.code is None else "refused"
    who = (sending.source, sending.kind, sending.actor.id, sending.actor.role.value)
    what = (became.batch, became.logger, sending.sha256, sending.content, sending.format)
    when = (sending.zone, sending.at, outcome, became.code)
    problems = [dict(one) for one in became.problems]
    counts = (became.taken, len(problems), Jsonb(problems), became.shipment, became.file)
    connection.execute(KEEP, (*who, *what, *when, *counts))


def leg_with(connection: Connection, logger: str, since: datetime, until: datetime) -> OnLeg | None:
    """The shipment that a logger travelled in over some of that time; the newest."""
    asked = {"name": logger, "since": since, "until": until}
    row: Any = connection.execute(BY_LOGGER, asked).fetchone()
    return OnLeg(*row) if row else None


def leg_of_shipper(
    connection: Connection, shipper: str, since: datetime, until: datetime
) -> OnLeg | None:
    """The shipment that travelled in a shipper, by its own number or its SSCC."""
    asked = {"name": shipper, "since": since, "until": until}
    row: Any = connection.execute(BY_SHIPPER, asked).fetchone()
    return OnLeg(*row) if row else None


def refusals(connection: Connection, most: int = 100) -> Sequence[Sequence[Any]]:
    """What was refused of late, in whole or in part, the newest first."""
    rows: Any = connection.execute(REFUSED, (most,)).fetchall()
    return rows
