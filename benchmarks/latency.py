"""`latency`: from the commit of an event to the end of the stage flow that answers it."""

import asyncio
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import chdir, contextmanager
from datetime import datetime
from typing import Any

import httpx
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.actions import DeploymentUpdate, WorkPoolCreate
from prefect.workers.process import ProcessWorker

from benchmarks.figures import Figure, Result, percentile
from benchmarks.journeys import refer
from benchmarks.place import Installation, installation
from benchmarks.waiting import quiet, until
from deployments.child import child
from desk.up import PREFECT_FILE
from models.record import record
from tasks import clock

SIZE = 25
PEERS = 10
"""Events of the peer; each takes seconds."""

POOL = "processes"
DEPLOYMENT = "referral/referral"
STAGE = "referral"
WARM_UP = 2
"""Events before measuring: a worker's first run pays for what later ones find ready."""

PAUSE_S = 0.5
LOOK_EVERY_S = 0.2
"""The end is the one that Prefect recorded; looking more often would slow the run down."""


def _ended(client: httpx.Client, journey: str) -> datetime:
    """When the run of the stage that was woken for this journey had ended."""
    asked = {"flows": {"name": {"any_": [STAGE]}}, "sort": "EXPECTED_START_TIME_DESC", "limit": 5}
    found: list[datetime] = []

    def has_ended() -> bool:
        runs = client.post("/flow_runs/filter", json=asked).raise_for_status().json()
        found[:] = [datetime.fromisoformat(one["end_time"]) for one in runs if _for(one, journey)]
        return bool(found)

    until(has_ended, every_s=LOOK_EVERY_S)
    return found[0]


def _for(run: Mapping[str, Any], journey: str) -> bool:
    return run["parameters"].get("journey") == journey and run["state_type"] == "COMPLETED"


def _seconds(running: Installation, numbers: range) -> list[float]:
    """One event after another, each in an otherwise idle installation."""
    app = running.place.app
    found: list[float] = []
    with httpx.Client(base_url=running.stack.api_url, timeout=20, trust_env=False) as client:
        for number in numbers:
            asked = refer(app, number)
            quiet(app)
            record(app, asked.request, clock.wall())
            committed = clock.wall()
            ended = _ended(client, str(asked.request.journey))
            found.append((ended - committed).total_seconds())
            time.sleep(PAUSE_S)
    return found


async def _move_to_processes(api_url: str) -> None:
    """The same deployment, in a pool of Prefect's own process workers."""
    async with PrefectClient(api_url) as client:
        template = ProcessWorker.get_default_base_job_template()
        pool = WorkPoolCreate(name=POOL, type="process", base_job_template=template)
        await client.create_work_pool(pool)
        deployment = await client.read_deployment_by_name(DEPLOYMENT)
        await client.update_deployment(deployment.id, DeploymentUpdate(work_pool_name=POOL))


@contextmanager
def _process_worker(running: Installation) -> Iterator[None]:
    """Prefect's own worker, in the same environment; it asks once a second, not every ten."""
    environment = {**running.stack.environment, "PREFECT_WORKER_QUERY_SECONDS": "1"}
    arguments = ["-m", "prefect", "worker", "start", "--pool", POOL]
    log = running.place.folder / "process-worker.log"
    with chdir(PREFECT_FILE.parent), child(arguments, log=log, environment=environment):
        yield


def run(size: int = SIZE) -> Result:
    """`size` single events in our worker, then fewer in Prefect's process worker."""
    peers = min(PEERS, size)
    with installation() as running:
        _seconds(running, range(WARM_UP))
        ours = _seconds(running, range(10, 10 + size))
        asyncio.run(_move_to_processes(running.stack.api_url))
        with _process_worker(running):
            _seconds(running, range(5, 5 + WARM_UP))
            theirs = _seconds(running, range(10 + size, 10 + size + peers))
    return Result("latency", size, _figures(ours, theirs))


def _figures(ours: Sequence[float], theirs: Sequence[float]) -> tuple[Figure, ...]:
    p50, p95 = percentile(ours, 50), percentile(ours, 95)
    peer50, peer95 = percentile(theirs, 50), percentile(theirs, 95)
    end = "commit of the event to the end of the flow"
    peer = f"the same flow in Prefect's process worker ({len(theirs)} events)"
    return (
        Figure("p50_s", p50, "s", f"{end}, median", most=1.5),
        Figure("p95_s", p95, "s", f"{end}, 95th percentile"),
        Figure("process_worker_p50_s", peer50, "s", f"{peer}, median"),
        Figure("process_worker_p95_s", peer95, "s", f"{peer}, 95th percentile"),
        Figure("faster_p50", peer50 / p50, "x", "how many times faster, by the median", least=5),
        Figure("faster_p95", peer95 / p95, "x", "how many times faster, by the 95th percentile"),
    )
