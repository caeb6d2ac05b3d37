"""Completing loggers' logs from the heartbeat."""

import asyncio

from tasks import clock
from tasks.engine import engine
from tasks.live.complete import complete_all


async def complete_live_logs() -> int:
    """`complete_all`, beside the worker's event loop."""

    def complete() -> int:
        return complete_all(engine(), now=clock.wall())

    return await asyncio.to_thread(complete)
