"""Answering a query: what partners sent, and what our own journeys say of the same things.

Own events are given where a query names a unit or shipper of a journey that the asker may see; of
what was captured, everybody sees what they sent, and what concerned those journeys.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Engine

from atmpflow.epcis.document import CONTEXT, Reported, read_event
from atmpflow.epcis.event_hash import millisecond
from atmpflow.epcis.naming import EXTENSION
from atmpflow.epcis.query import Page, Query, matches
from atmpflow.people import Actor
from models.database import Connection, transaction
from models.epcis_events import Found, owners, search
from models.sight import look_as, sight_of
from tasks.epcis.export import company_prefix, told

Raw = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """One page of events, and where the next begins."""

    document: Raw
    next: Page | None


def answer(engine: Engine, query: Query, actor: Actor, *, now: datetime) -> Answer:
    """The events that were asked for, a page at a time."""
    journeys = _seen(engine, query, actor, now)
    with transaction(engine) as connection:
        own = [] if query.page.captured else _own(connection, query, journeys)
        page = own[query.page.after :] if not query.page.captured else []
        room = query.per_page - len(page)
        after = query.page.after if query.page.captured else 0
        found = _captured(connection, query, actor, journeys=journeys, after=after, room=room + 1)
    if room < 0:
        following = Page(captured=False, after=query.page.after + query.per_page)
        return Answer(_document(page[: query.per_page], [], now), following)
    shown = found[:room]
    more = Page(captured=True, after=shown[-1].number if shown else after)
    return Answer(_document(page, shown, now), more if len(found) > room else None)


def _seen(engine: Engine, query: Query, actor: Actor, now: datetime) -> list[UUID]:
    """The journeys that a query is about, of those that the asker may see."""
    things = [*query.epcs, *query.things]
    if not things:
        return []
    with transaction(engine) as connection:
        look_as(connection, sight_of(connection, actor.id, now))
        return owners(connection, things, company_prefix())


def _own(connection: Connection, query: Query, journeys: Sequence[UUID]) -> list[Raw]:
    events = (raw for journey in journeys for raw in told(connection, journey))
    return [raw for raw in events if _asked_for(raw, query)]


def _asked_for(raw: Raw, query: Query) -> bool:
    """Our own events were recorded when they happened, as far as EPCIS asks."""
    read = read_event(raw, 0, path="$", prefixes=EXTENSION)
    assert isinstance(read, Reported)  # noqa: S101 - what we tell is EPCIS
    at = datetime.fromisoformat(read.event.time)
    return matches(query, read.event, at)


def _captured(
    connection: Connection,
    query: Query,
    actor: Actor,
    *,
    journeys: Sequence[UUID],
    after: int,
    room: int,
) -> list[Found]:
    if room < 1:
        return []
    return search(connection, query, partner=actor.id, journeys=journeys, after=after, limit=room)


def _document(own: Sequence[Raw], captured: Sequence[Found], now: datetime) -> Raw:
    declared: dict[str, Any] = dict(EXTENSION) if own else {}
    events = [*own, *(_as_sent(found, declared) for found in captured)]
    return {
        "@context": [CONTEXT, *([declared] if declared else [])],
        "type": "EPCISQueryDocument",
        "schemaVersion": "2.0",
        "creationDate": millisecond(now),
        "epcisBody": {
            "queryResults": {
                "queryName": "SimpleEventQuery",
                "resultsBody": {"eventList": events},
            }
        },
    }


def _as_sent(found: Found, declared: dict[str, Any]) -> Raw:
    """An event as it came, with id and moment of capture; its prefixes go into the document's
    context, or into its own where the document's already mean something else."""
    said = {"eventID": found.event_id, "recordTime": millisecond(found.recorded_at)}
    event = {**found.content, **said}
    if "@context" in event:
        return event
    if any(declared.get(name, value) != value for name, value in found.prefixes.items()):
        return {**event, "@context": [CONTEXT, found.prefixes]}
    declared.update(found.prefixes)
    return event
