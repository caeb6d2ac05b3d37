"""Firing timers and waking what was forgotten; safe to run twice, and after any outage."""

import asyncio

from atmpflow.commands.after import FireTimer
from atmpflow.errors import Refused
from atmpflow.people import ENGINE
from models.database import transaction
from models.fault import fault
from models.record import Request, record
from models.work import DueTimer, due_timers, forget_wake_ups
from tasks import clock
from tasks.engine import engine


def fire(timer: DueTimer) -> bool:
    """Record that a timer is due; false when its journey had no more use for it."""
    command = FireTimer(occurred_at=timer.due_at, kind=timer.kind, due_at=timer.due_at)
    key = f"timer:{timer.journey}:{timer.kind}:{timer.due_at.isoformat()}"
    try:
        answer = record(engine(), Request(command, ENGINE, key, timer.journey), clock.wall())
    except Refused:
        return False
    fault("timers.fired")
    return bool(answer.events)


def fire_all_due() -> int:
    """Fire everything that is due by now, batch after batch; returns how many were recorded."""
    total = 0
    while True:
        with transaction(engine()) as connection:
            due = due_timers(connection, clock.now())
        fault("timers.due")
        fired = sum(fire(timer) for timer in due)
        total += fired
        if not fired:
            return total


async def fire_due() -> int:
    """`fire_all_due`, beside the worker's event loop."""
    return await asyncio.to_thread(fire_all_due)


def _wake() -> int:
    with transaction(engine()) as connection:
        forgotten = forget_wake_ups(connection, clock.wall())
        fault("timers.waking", connection)
        return forgotten


async def wake_again() -> int:
    """Have the relay wake work that is owed although its wake-up was sent a minute ago."""
    return await asyncio.to_thread(_wake)
