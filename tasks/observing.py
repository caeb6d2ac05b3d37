"""Looking at the installation from outside the database: clocks, Prefect, worker, anchors."""

import asyncio
from datetime import UTC, datetime, timedelta

from prefect import get_client
from prefect.client.orchestration import PrefectClient
from prefect.exceptions import ObjectNotFound
from sqlalchemy import Engine

from atmpflow.rules.thresholds import anchor_fresh, clock_agrees
from models.database import transaction
from models.installation import installation
from models.observing import Seen, database_time, observe
from tasks import clock
from tasks.anchors import where
from tasks.anchors.make import read_anchor
from tasks.anchors.places import Place
from tasks.engine import engine

POOL = "journeys"
SEEN_WITHIN = timedelta(minutes=2)
"""A worker tells Prefect that it lives every 30 s."""


async def observe_all() -> list[Seen]:
    """Look at everything once and keep what was seen."""
    seen = [*await _prefect(), *await asyncio.to_thread(_here, engine())]
    await asyncio.to_thread(_keep, engine(), seen)
    return seen


def _keep(database: Engine, seen: list[Seen]) -> None:
    with transaction(database) as connection:
        for one in seen:
            observe(connection, one)


def _here(database: Engine) -> list[Seen]:
    return [clocks(database), anchors(database)]


def clocks(database: Engine) -> Seen:
    """How far this machine's clock is from the database's; half of the way there and back."""
    with transaction(database) as connection:
        before = clock.wall()
        there = database_time(connection)
        after = clock.wall()
    here = before + (after - before) / 2
    off = (there - here).total_seconds()
    return Seen("clock", after, clock_agrees(here, there), f"the clocks are {off:.1f} s apart", off)


def anchors(database: Engine) -> Seen:
    """How old the newest anchor is in the place that is furthest behind."""
    now = clock.wall()
    with transaction(database) as connection:
        ours = installation(connection)
    if ours is None:
        return Seen("anchor", now, well=False, found="no anchor was made yet")
    ages = [_newest(Place(folder, ours)) for folder in where.folders()]
    oldest = min((one or datetime.min.replace(tzinfo=UTC) for one in ages), default=None)
    if oldest is None or None in ages:
        return Seen("anchor", now, well=False, found="a place holds no anchor")
    age = (now - oldest).total_seconds()
    at = f"{oldest:%Y-%m-%d %H:%M}"
    return Seen("anchor", now, anchor_fresh(oldest, now), f"the newest held everywhere: {at}", age)


def _newest(place: Place) -> datetime | None:
    try:
        numbers = place.numbers()
        return _moment(place, max(numbers)) if numbers else None
    except (OSError, ValueError, KeyError):
        return None


def _moment(place: Place, number: int) -> datetime:
    return datetime.fromisoformat(read_anchor(place, number).says()["at"])


async def _prefect() -> list[Seen]:
    async with get_client() as client:
        wrong = await client.api_healthcheck()
        now = clock.wall()
        said = f"does not answer: {type(wrong).__name__}" if wrong else "answers"
        return [Seen("prefect", now, wrong is None, said), await _worker(client, now)]


async def _worker(client: PrefectClient, now: datetime) -> Seen:
    try:
        workers = await client.read_workers_for_work_pool(POOL)
    except ObjectNotFound:
        return Seen("worker", now, well=False, found="there is no work pool")
    beats = [one.last_heartbeat_time for one in workers if one.last_heartbeat_time]
    newest = max(beats, default=None)
    if newest is None:
        return Seen("worker", now, well=False, found="none has ever reported")
    age = now - newest
    found = f"last reported at {newest:%Y-%m-%d %H:%M}"
    return Seen("worker", now, age <= SEEN_WITHIN, found, age.total_seconds())
