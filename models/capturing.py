"""Keeping EPCIS documents and their events, and finding whose shipment an event is about."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from atmpflow.epcis import vocabulary as cbv
from atmpflow.epcis.document import Problem, Reported
from atmpflow.epcis.event_hash import millisecond
from atmpflow.epcis.events import Acting
from atmpflow.epcis.identifiers import canonical
from atmpflow.epcis.meaning import Meaning
from atmpflow.epcis.query import epcs_of, word
from atmpflow.epcis.values import moment
from models.database import Connection


@dataclass(frozen=True, slots=True)
class Sent:
    """One sending of a document."""

    id: UUID
    content: bytes
    partner: str
    behaviour: str
    at: datetime
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Kept:
    """An event as it is kept: its number, and whether this sending brought it."""

    number: int
    reported: Reported
    new: bool


@dataclass(frozen=True, slots=True)
class Leg:
    """A shipment that an event is about, as it stands."""

    id: UUID
    journey: UUID
    coi: str
    sscc: str | None
    packed_at: datetime | None
    collected_at: datetime | None
    delivered_at: datetime | None


KEEP_DOCUMENT = (
    "INSERT INTO epcis_document (sha256, content) VALUES (%s, %s) ON CONFLICT DO NOTHING"
)
KEEP_CAPTURE = """
INSERT INTO epcis_capture (id, sha256, partner, behaviour, received_at, success, events,
    duplicates, problems)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
THERE = "SELECT hash, declared, number FROM epcis_event WHERE hash = ANY(%s)"
KEEP_EVENT = """
INSERT INTO epcis_event (hash, declared, capture_id, place, partner, event_id, kind, event_time,
    recorded_at, action, biz_step, disposition, epcs, things, content, prefixes)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (hash, declared) DO NOTHING RETURNING number
"""


def keep(connection: Connection, sent: Sent, events: Sequence[Reported]) -> list[Kept]:
    """Keep a document and what is new in it; each of its events once, in the document's order."""
    digest = sha256(sent.content).digest()
    connection.execute(KEEP_DOCUMENT, (digest, sent.content))
    there = _there(connection, events)
    distinct = {_key(one): one for one in reversed(events)}
    new = [one for key, one in reversed(distinct.items()) if key not in there]
    row = (sent.id, digest, sent.partner, sent.behaviour, sent.at, not sent.problems)
    problems = [{"path": one.path, "message": one.message} for one in sent.problems]
    counts = (len(events), len(events) - len(new), Jsonb(problems))
    connection.execute(KEEP_CAPTURE, (*row, *counts))
    added = {_key(one) for one in new if _keep_event(connection, sent, one)}
    numbers = _there(connection, events)
    kept = sorted(distinct.items(), key=lambda pair: pair[1].place)
    return [Kept(numbers[key], one, key in added) for key, one in kept]


Key = tuple[str, str]


def _key(one: Reported) -> Key:
    """What makes an event one: its hash, and whether and when it was declared wrong."""
    error = one.event.error
    return one.hash, "" if error is None else millisecond(moment(error.declared_at))


def _there(connection: Connection, events: Iterable[Reported]) -> dict[Key, int]:
    rows: Any = connection.execute(THERE, ([one.hash for one in events],)).fetchall()
    return {(digest, declared): number for digest, declared, number in rows}


def _keep_event(connection: Connection, sent: Sent, one: Reported) -> bool:
    """Whether it was new: the same may come twice at the same moment."""
    event, (digest, declared) = one.event, _key(one)
    row: Any = connection.execute(
        KEEP_EVENT,
        (
            digest,
            declared,
            sent.id,
            one.place,
            sent.partner,
            event.id or digest,
            event.type,
            moment(event.time),
            sent.at,
            event.action if isinstance(event, Acting) else None,
            word(cbv.BIZ_STEP, event.biz_step),
            word(cbv.DISPOSITION, event.disposition),
            sorted(epcs_of(event)),
            sorted({canonical(uri) for uri in event.things()}),
            Jsonb(dict(one.raw)),
            Jsonb(dict(one.prefixes)),
        ),
    ).fetchone()
    return row is not None


LEG = """
SELECT s.id, s.journey_id, j.coi, s.sscc, s.packed_at, s.collected_at, s.delivered_at
FROM shipment s JOIN journey j ON j.id = s.journey_id
"""
BY_SSCC = f"{LEG} WHERE s.sscc = ANY(%s)"
BY_COI = f"{LEG} WHERE j.coi = ANY(%s) AND s.packed_at <= %s ORDER BY s.packed_at DESC LIMIT 1"


def leg_of(connection: Connection, said: Meaning) -> Leg | str:
    """The shipment that an event is about, or the code of why it is not certain which."""
    if not said.sscc and not said.coi:
        return "shipment-not-named"
    if said.sscc:
        rows: Any = connection.execute(BY_SSCC, (list(said.sscc),)).fetchall()
    else:
        rows = connection.execute(BY_COI, (list(said.coi), said.happened_at)).fetchall()
    if len(rows) != 1 or len(said.sscc) > 1 or len(said.coi) > 1:
        return "shipment-ambiguous" if rows else "shipment-unknown"
    leg = Leg(*rows[0])
    if said.coi and said.coi != (leg.coi,):
        return "identity-differs"
    return leg


LAST = "SELECT outcome, attempt FROM epcis_outcome WHERE number = %s ORDER BY attempt DESC LIMIT 1"
KEEP_OUTCOME = """
INSERT INTO epcis_outcome (number, attempt, outcome, happened_at, journey_id, shipment_id, command,
    code)
SELECT %(number)s, coalesce(max(attempt), 0) + 1, %(outcome)s, %(at)s, %(journey)s, %(shipment)s,
    %(command)s, %(code)s
FROM epcis_outcome WHERE number = %(number)s
ON CONFLICT DO NOTHING
"""


def outcome_of(connection: Connection, number: int) -> str | None:
    """What became of an event at the last attempt."""
    row: Any = connection.execute(LAST, (number,)).fetchone()
    return None if row is None else row[0]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an event (`models.epcis.OUTCOMES`): by which command, or why not."""

    what: str
    leg: Leg | None = None
    command: str | None = None
    code: str | None = None


def keep_outcome(connection: Connection, number: int, outcome: Outcome, at: datetime) -> None:
    """Keep what became of an event at one more attempt."""
    leg = outcome.leg
    values = {
        "number": number,
        "outcome": outcome.what,
        "at": at,
        "journey": leg.journey if leg else None,
        "shipment": leg.id if leg else None,
        "command": outcome.command,
        "code": outcome.code,
    }
    connection.execute(KEEP_OUTCOME, values)
