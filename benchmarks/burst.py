"""`burst`: many events at once, drained in batches, beside one flow run for each event."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Engine

from benchmarks.figures import Figure, Result
from benchmarks.journeys import refer
from benchmarks.place import Installation, installation
from benchmarks.waiting import all_answered, quiet
from deployments.events import EventPost
from models.database import transaction
from models.outbox import CHANNEL
from models.record import record
from tasks import clock

SIZE = 500
PEER_PART = 5
"""The peer gets a fifth: its rate does not depend on how many there are, and it is slow."""

STAGE = "referral"

HOLD_BACK = "UPDATE reaction SET not_before = %s WHERE journey_id = ANY(%s) AND stage = %s"
LET_GO = "UPDATE reaction SET not_before = %s, woken_at = %s WHERE journey_id = ANY(%s)"


def owing(app: Engine, numbers: Sequence[int]) -> list[UUID]:
    """Referred journeys whose first stage owes each a response, from tomorrow on."""
    journeys: list[UUID] = []
    for number in numbers:
        asked = refer(app, number)
        record(app, asked.request, clock.wall())
        journeys.append(asked.request.journey)
    with transaction(app) as connection:
        tomorrow = clock.wall() + timedelta(days=1)
        connection.execute(HOLD_BACK, (tomorrow, journeys, STAGE))
    return journeys


def _let_go(app: Engine, journeys: Sequence[UUID], *, woken: bool) -> datetime:
    """Have the responses due now; `woken` keeps the relay from waking the stage for them."""
    now = clock.wall()
    with transaction(app) as connection:
        connection.execute(LET_GO, (now, now if woken else None, list(journeys)))
        connection.execute(f"NOTIFY {CHANNEL}".encode())
    return now


def in_batches(running: Installation, journeys: Sequence[UUID]) -> float:
    """Seconds from the moment all are owed to the last response: relay, wake-up, run, batches."""
    app = running.place.app
    began = _let_go(app, journeys, woken=False)
    return (all_answered(app, STAGE, journeys) - began).total_seconds()


def one_by_one(running: Installation, journeys: Sequence[UUID]) -> float:
    """The same with an event, and so a flow run, for each journey; all posted at once."""
    app = running.place.app
    began = _let_go(app, journeys, woken=True)
    asyncio.run(_post(running.stack.api_url, [_ready(journey) for journey in journeys]))
    return (all_answered(app, STAGE, journeys) - began).total_seconds()


async def _post(api_url: str, events: Sequence[dict[str, Any]]) -> None:
    async with EventPost(api_url) as post:
        await post.post(events)


def _ready(journey: UUID) -> dict[str, Any]:
    """The wake-up of a stage for one journey, as the relay sends it."""
    return {
        "id": str(uuid4()),
        "occurred": clock.wall().isoformat(),
        "event": f"atmpflow.{STAGE}.ready",
        "resource": {"prefect.resource.id": f"atmpflow.stage.{STAGE}"},
        "related": [],
        "payload": {"journey": str(journey), "owed": 1},
    }


def run(size: int = SIZE) -> Result:
    """Let `size` responses fall due at once, and a fifth of that one by one."""
    few = max(size // PEER_PART, 1)
    batch: list[UUID] = []
    single: list[UUID] = []

    def before(app: Engine) -> None:
        batch.extend(owing(app, range(size)))
        single.extend(owing(app, range(size, size + few)))

    with installation(before) as running:
        quiet(running.place.app)
        batch_s = in_batches(running, batch)
        quiet(running.place.app)
        single_s = one_by_one(running, single)
    return Result("burst", size, _figures(size / batch_s, few / single_s, batch_s, few))


def _figures(rate: float, peer_rate: float, batch_s: float, few: int) -> tuple[Figure, ...]:
    return (
        Figure(
            "drained_per_s",
            rate,
            "/s",
            "journeys answered in a second, from the moment all are owed to the last response",
            least=50,
        ),
        Figure("drained_s", batch_s, "s", "the same, in seconds for all of them"),
        Figure("run_each_per_s", peer_rate, "/s", "with a flow run for each, same server, worker"),
        Figure("run_each_count", few, "", "so many were answered one by one, not all"),
        Figure("drained_to_run_each", rate / peer_rate, "x", "batches beside a run for each"),
    )
