"""Watching shippers under way: who will leave their band is told of before they do."""

import asyncio
from datetime import datetime

from sqlalchemy import Engine

from atmpflow.commands.recovery import PredictBandExit
from atmpflow.errors import Refused
from atmpflow.people import ENGINE
from atmpflow.rules.leg import band_of_leg
from atmpflow.rules.prediction import is_news, predict, warns
from atmpflow.rules.transit import band_exit_told, under_way
from models.database import transaction
from models.lookups import facts_of
from models.record import Request, record
from models.transit import UnderWay, under_way_lately
from tasks import clock
from tasks.engine import engine


def watch_shippers(app: Engine, now: datetime) -> int:
    """Look at every shipper under way with fresh readings; returns of how many people are told."""
    with transaction(app) as connection:
        found = list(under_way_lately(connection, now))
    return sum(_watch(app, one, now) for one in found)


def _watch(app: Engine, one: UnderWay, now: datetime) -> bool:
    with transaction(app) as connection:
        facts = facts_of(connection, one.journey)
    if facts.ended or under_way(facts) is None:
        return False
    found = predict(one.readings, band_of_leg(facts))
    if found is None or not warns(found, now):
        return False
    if not is_news(found.leaves_at, band_exit_told(facts)):
        return False
    command = PredictBandExit(
        occurred_at=now,
        leaves_at=found.leaves_at,
        latest_at=found.latest_at,
        latest_c=found.latest_c,
        celsius_per_h=found.celsius_per_h,
    )
    key = f"band-exit:{one.shipment}:{found.latest_at.isoformat()}"
    try:
        answer = record(app, Request(command, ENGINE, key, one.journey), clock.wall())
    except Refused:  # received or ended meanwhile
        return False
    return bool(answer.events)


async def watch_all_shippers() -> int:
    """`watch_shippers`, beside the worker's event loop."""
    return await asyncio.to_thread(watch_shippers, engine(), clock.now())
