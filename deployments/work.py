"""The worker's process: register prefect.yaml, then carry runs, with the relay beside.

`python -m deployments.work PREFECT_YAML`, started by `stack.py` with the settings in its
environment. SIGTERM: takes nothing more, lets running flows end (`worker_grace_s`), ends.
"""

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

import httpx
import prefect.main  # noqa: F401 - the whole of Prefect now, not inside the first run

from deployments import reporting
from deployments.child import end_with_parent
from deployments.register import register
from deployments.server import wait_for_api
from deployments.settings import Settings, settings
from deployments.worker import InProcessWorker

log = logging.getLogger(__name__)

API_TIMEOUT_S = 120
LOOK_EVERY_S = 10.0
ANSWER_WITHIN_S = 10.0

Beside = Callable[[], Awaitable[None]]
"""What runs for as long as the worker does, in the same event loop: the relay."""


async def work(
    chosen: Settings, prefect_file: Path | None, *, beside: Sequence[Beside] = ()
) -> None:
    """Register, then work until cancelled; whatever of it fails ends the process.

    The parent starts it again: better a new process than a worker whose relay is dead, or a relay
    whose worker gave up.
    """
    await asyncio.to_thread(wait_for_api, str(chosen.prefect_api_url), timeout_s=API_TIMEOUT_S)
    names: list[str] = []
    if prefect_file is not None:
        names = await register(prefect_file, work_pool=chosen.work_pool)
    worker = InProcessWorker(
        work_pool_name=chosen.work_pool,
        name=reporting.worker_name(),
        limit=chosen.worker_limit,
        grace_s=chosen.worker_grace_s,
    )
    missing = partial(_still_registered, str(chosen.prefect_api_url), names)
    async with asyncio.TaskGroup() as group:
        for one in beside:
            group.create_task(_or_end(one))
        group.create_task(_or_end(missing))
        group.create_task(_or_end(partial(worker.start, printer=lambda *_: None)))


class Forgotten(Exception):
    """Prefect lost what was registered: a new process registers it again."""


async def _still_registered(api_url: str, names: Sequence[str]) -> None:
    """Raises Forgotten when deployments are gone, as after a loss of Prefect's database.

    Nor may one be in no work pool, as after somebody deleted it: nobody would carry its runs.
    One that was moved to another work pool is not gone.
    """
    any_pool: dict[str, object] = {}
    wanted = {
        "deployments": {"name": {"any_": [name.partition("/")[2] for name in names]}},
        "work_pools": any_pool,
    }
    url = f"{api_url}/deployments/count"
    async with httpx.AsyncClient(timeout=ANSWER_WITHIN_S, trust_env=False) as client:
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            with suppress(httpx.HTTPError):
                answer = await client.post(url, json=wanted)
                if answer.is_success and answer.json() < len(names):
                    left = f"{answer.json()} of {len(names)}"
                    raise Forgotten(f"{left} deployments are left in a work pool")


async def _or_end(beside: Beside) -> None:
    """Run it; should it fail, end the process at once, as if it had been killed.

    Runs under way would first be told of it through a Prefect that may know nothing of them any
    more, and that can take for ever. What they do is in whole transactions, and the next process
    takes over what they had claimed.
    """
    try:
        await beside()
    except Exception:
        log.exception("This process ends; another one takes over")
        os._exit(1)


def run(beside: Sequence[Beside] = ()) -> None:
    """The whole life of the process; `beside` is started with the worker and ended with it."""
    end_with_parent()
    # Prefect warns when a run ended before the first renewal of its place in a limit.
    logging.getLogger("prefect.concurrency").setLevel(logging.ERROR)
    prefect_file = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    with suppress(asyncio.CancelledError):
        asyncio.run(_until_told_to_stop(settings(), prefect_file, beside))


async def _until_told_to_stop(
    chosen: Settings, prefect_file: Path | None, beside: Sequence[Beside]
) -> None:
    working = asyncio.ensure_future(work(chosen, prefect_file, beside=beside))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, working.cancel)
    await working


if __name__ == "__main__":
    run()
