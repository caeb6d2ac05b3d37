"""Small flows for the tests of the runtime: they note, fail, wait and end their process."""

import asyncio
import sys

from prefect import flow


@flow
async def note(mark: str = "") -> None:
    """Does nothing: the test looks at its parameters."""


@flow
async def fails(mark: str = "") -> None:
    raise ValueError("a flow that fails")


@flow
async def leaves(mark: str = "") -> None:
    sys.exit(3)


@flow
async def waits(seconds: float = 60) -> None:
    await asyncio.sleep(seconds)


@flow
def plain(mark: str = "") -> str:
    return mark
