"""What the anchor flow and the heartbeat do in Prefect."""

import asyncio
from typing import Any

from prefect import State
from prefect.states import Failed

from tasks.anchors.due import due
from tasks.anchors.make import Made, make_anchor
from tasks.engine import engine


async def run_anchor() -> str | State[Any]:
    """Make the hourly anchor; a failed state when a place did not keep it.

    Raises Refused where none could be made.
    """
    return _told(await asyncio.to_thread(make_anchor, engine(), "hourly"))


async def anchor_when_due() -> str:
    """Make an anchor where a release is in none, or the hourly one did not come."""
    return await asyncio.to_thread(_when_due)


def _when_due() -> str:
    why = due(engine())
    return f", anchor {make_anchor(engine(), why).number}" if why else ""


def _told(made: Made) -> str | State[Any]:
    said = f"anchor {made.number}: {made.heads} heads of {made.journeys} journeys"
    if made.behind:
        said += f"; had lacked earlier ones: {', '.join(map(str, made.behind))}"
    if made.failed:
        return Failed(message=f"{said}; not kept in {', '.join(map(str, made.failed))}")
    return said
