"""Holding the other journey too, when a label of it was read where it did not belong.

Done by the reaction to the mismatch at once, and by every heartbeat: whatever stopped the first,
the second finds what is still missing. The key makes either's second try an echo.
"""

import asyncio
from typing import cast
from uuid import UUID

from sqlalchemy import Engine

from atmpflow.commands.identity import ImplicateJourney
from atmpflow.events.identity import Identifier
from atmpflow.people import ENGINE
from models.database import transaction
from models.fault import fault
from models.mismatch import Implied, untold
from models.record import Request, record
from tasks import clock
from tasks.engine import engine


def hold_others(app: Engine, journey: UUID | None = None) -> int:
    """Hold every journey whose label was read elsewhere (in one journey, when given)."""
    with transaction(app) as connection:
        found = untold(connection, journey)
    return sum(_hold(app, one) for one in found)


def _hold(app: Engine, one: Implied) -> bool:
    read = cast("tuple[Identifier, ...]", one.read)
    command = ImplicateJourney(
        occurred_at=one.at, scanned_in=one.scanned_in, seq=one.seq, read=read
    )
    fault("mismatch.found")
    key = f"implicated:{one.scanned_in}:{one.seq}:{one.journey}"
    return bool(record(app, Request(command, ENGINE, key, one.journey), clock.wall()).events)


async def hold_others_too() -> int:
    """`hold_others` of every journey, beside the worker's event loop."""
    return await asyncio.to_thread(hold_others, engine())
