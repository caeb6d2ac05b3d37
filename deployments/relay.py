"""The relay: hands new events to Prefect and wakes each stage that has work.

It is told by NOTIFY and looks once a second anyway. A row is marked only after Prefect has
acknowledged it: what is lost is sent again, and what comes twice has the same id.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import psycopg
from sqlalchemy import Engine

from deployments.events import EventPost, Unavailable
from models.database import transaction
from models.fault import fault
from models.outbox import (
    CHANNEL,
    Undelivered,
    Unwoken,
    mark_delivered,
    mark_woken,
    undelivered,
    unwoken,
)
from tasks import clock

LOOK_EVERY_S = 1.0
AGAIN_AFTER_S = 0.5
EVENTS_AT_ONCE = 200
WAKE_UPS_AT_ONCE = 5000


@dataclass(frozen=True, slots=True)
class News:
    """What Prefect has still to be told."""

    events: Sequence[Undelivered]
    work: Sequence[Unwoken]

    def __bool__(self) -> bool:
        return bool(self.events or self.work)


def _journey(id: UUID, coi: str) -> dict[str, str]:
    return {"prefect.resource.id": f"atmpflow.journey.{id}", "prefect.resource.name": coi}


def fact(event: Undelivered) -> dict[str, Any]:
    """An event for the feed: one resource a journey; opaque ids and names of things only."""
    return {
        "id": str(event.id),
        "occurred": event.recorded_at.isoformat(),
        "event": f"atmpflow.{event.name}",
        "resource": {
            **_journey(event.journey, event.coi),
            "atmpflow.product": event.product,
            "atmpflow.centre": event.centre,
        },
        "related": [
            {
                "prefect.resource.id": f"atmpflow.stage.{event.stage}",
                "prefect.resource.role": "stage",
                "prefect.resource.name": event.stage,
            }
        ],
        "payload": {
            "seq": event.seq,
            "stage": event.stage,
            "happened_at": event.occurred_at.isoformat(),
            "simulated": clock.simulated(),
        },
    }


def wake_up(stage: str, work: Sequence[Unwoken]) -> dict[str, Any]:
    """The wake-up of a stage; it names the journey when there is only one."""
    journeys = {(one.journey, one.coi) for one in work}
    only = next(iter(journeys)) if len(journeys) == 1 else None
    related = [{**_journey(*only), "prefect.resource.role": "journey"}] if only else []
    return {
        "id": str(uuid4()),
        "occurred": clock.wall().isoformat(),
        "event": f"atmpflow.{stage}.ready",
        "resource": {
            "prefect.resource.id": f"atmpflow.stage.{stage}",
            "prefect.resource.name": stage,
        },
        "related": related,
        "payload": {"journey": str(only[0]) if only else "", "owed": len(work)},
    }


def wake_ups(work: Sequence[Unwoken]) -> list[dict[str, Any]]:
    """One wake-up for each stage with work."""
    stages = sorted({one.stage for one in work})
    return [wake_up(stage, [one for one in work if one.stage == stage]) for stage in stages]


def _news(engine: Engine) -> News:
    with transaction(engine) as connection:
        return News(
            undelivered(connection, EVENTS_AT_ONCE),
            unwoken(connection, clock.wall(), WAKE_UPS_AT_ONCE),
        )


def _mark(engine: Engine, news: News) -> None:
    now = clock.wall()
    with transaction(engine) as connection:
        mark_delivered(connection, [event.id for event in news.events], now)
        mark_woken(connection, [one.reaction for one in news.work], now)


async def deliver(engine: Engine, post: EventPost) -> int:
    """Hand over what is there, wake-ups first; returns how much. Raises Unavailable."""
    news = await asyncio.to_thread(_news, engine)
    if not news:
        return 0
    fault("relay.read")
    await post.post([*wake_ups(news.work), *map(fact, news.events)])
    fault("relay.posted")
    await asyncio.to_thread(_mark, engine, news)
    fault("relay.marked")
    return len(news.events) + len(news.work)


async def _listen_once(engine: Engine, post: EventPost) -> None:
    """Deliver, then wait for the next notification, for as long as the connection lasts."""
    url = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    connection = await psycopg.AsyncConnection.connect(url, autocommit=True)
    async with connection:
        await connection.execute(f"LISTEN {CHANNEL}")  # a constant of ours
        while True:
            while await deliver(engine, post):
                pass
            async for _ in connection.notifies(timeout=LOOK_EVERY_S, stop_after=1):
                break


async def relay(engine: Engine, api_url: str) -> None:
    """Run until cancelled; outlives outages of PostgreSQL and of Prefect."""
    async with EventPost(api_url) as post:
        while True:
            try:
                await _listen_once(engine, post)
            except (Unavailable, psycopg.OperationalError, OSError):
                await asyncio.sleep(AGAIN_AFTER_S)
            except Exception as error:
                if not _is_outage(error):
                    raise
                await asyncio.sleep(AGAIN_AFTER_S)


def _is_outage(error: Exception) -> bool:
    """SQLAlchemy wraps what psycopg raises when the server is away."""
    return isinstance(getattr(error, "orig", None), psycopg.OperationalError)
