"""Telling every journey that a recall touches; whoever stops halfway, the next beat goes on."""

import asyncio
from typing import cast

from sqlalchemy import Engine

from atmpflow.commands.recall import NotifyRecall
from atmpflow.events.recall import Recalled
from atmpflow.people import ENGINE
from models.database import transaction
from models.recalling import Untold, untold
from models.record import Request, record
from tasks import clock
from tasks.engine import engine


def spread(app: Engine) -> int:
    """Tell every journey that is touched and was not told; returns how many were."""
    with transaction(app) as connection:
        found = untold(connection)
    return sum(_tell(app, one) for one in found)


def _tell(app: Engine, one: Untold) -> bool:
    command = NotifyRecall(
        occurred_at=one.at,
        recall=one.recall,
        kind=cast("Recalled", one.kind),
        lot=one.lot,
        recall_class=one.recall_class,
        reference=one.reference,
        units=tuple(one.units),
    )
    key = f"recall:{one.recall}:{one.journey}"
    return bool(record(app, Request(command, ENGINE, key, one.journey), clock.wall()).events)


async def spread_recalls() -> int:
    """`spread`, beside the worker's event loop."""
    return await asyncio.to_thread(spread, engine())
