"""Parts of an installation are taken away under load: it recovers by itself, nothing differs."""

import signal
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from atmpflow.events.after import DeadlinePassed, FollowUpDue
from atmpflow.journey import Facts
from deployments.settings import Settings
from desk.simulation.step import present
from models.database import transaction
from models.fault import FAULTS, POINTS
from models.work import DueTimer, due_timers
from tests.conftest import Database
from tests.factories import opened, stocked, waits_for, walk
from tests.faults.killing import ENGINE
from tests.faults.running import (
    PRODUCTS,
    SERVER,
    WITHIN_S,
    WORKER,
    Running,
    course_of,
    running,
)
from tests.faults.waiting import eventually

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]


@pytest.fixture
def under_load(new_folder: Callable[[str], Path]) -> Iterator[Running]:
    with running(new_folder("outages"), journeys=3) as found:
        eventually(lambda: found.moved() > 60, within_s=240)
        yield found


@pytest.fixture
def untroubled(own_database: Database) -> dict[str, list[str]]:
    """The course of a journey of each product that nothing disturbs."""
    app = own_database.app
    stocked(app)
    until = waits_for("record-follow-up")
    return {product: course_of(walk(app, opened(app, product), until)) for product in PRODUCTS}


def _no_difference(found: Running, untroubled: dict[str, list[str]]) -> None:
    finished: list[Facts] = found.finish()
    for facts in finished:
        assert course_of(facts) == untroubled[facts.product.code]
    found.nothing_wrong()


def test_a_killed_prefect_server_comes_back(untroubled: dict[str, list[str]], under_load: Running):
    for _ in range(3):
        under_load.kill(SERVER)
        under_load.recovered()
    _no_difference(under_load, untroubled)


def test_a_killed_worker_comes_back_and_takes_over(
    untroubled: dict[str, list[str]], under_load: Running
):
    for _ in range(3):
        under_load.kill(WORKER)
        under_load.recovered()
    _no_difference(under_load, untroubled)


def test_a_prefect_server_that_hangs_is_replaced(
    untroubled: dict[str, list[str]], under_load: Running
):
    stuck = under_load.process(SERVER)
    under_load.kill(SERVER, signal.SIGSTOP)
    under_load.recovered()
    assert under_load.process(SERVER) != stuck
    _no_difference(under_load, untroubled)


def test_a_worker_that_hangs_is_replaced(untroubled: dict[str, list[str]], under_load: Running):
    stuck = under_load.process(WORKER)
    under_load.kill(WORKER, signal.SIGSTOP)
    under_load.recovered()
    assert under_load.process(WORKER) != stuck
    _no_difference(under_load, untroubled)


def test_prefects_database_is_wiped_and_rebuilt(
    untroubled: dict[str, list[str]], under_load: Running
):
    known = under_load.deployments()
    assert known > 15
    under_load.wipe_prefect()
    eventually(lambda: under_load.deployments() < known, within_s=10)
    under_load.recovered()
    assert under_load.deployments() == known
    _no_difference(under_load, untroubled)


def test_a_work_pool_that_somebody_deleted_is_made_again(
    untroubled: dict[str, list[str]], under_load: Running
):
    known = under_load.deployments()
    assert known > 15
    pool = Settings(state_dir=under_load.folder).work_pool
    assert under_load.api.delete(f"/work_pools/{pool}").is_success
    assert under_load.deployments() == 0
    eventually(lambda: under_load.deployments() == known, within_s=WITHIN_S)
    under_load.recovered()
    _no_difference(under_load, untroubled)


def test_a_killed_postgresql_comes_back(untroubled: dict[str, list[str]], under_load: Running):
    for _ in range(3):
        first = under_load.postmaster
        under_load.kill_postgres()
        eventually(lambda: under_load.postmaster not in (0, first), within_s=60)  # noqa: B023
        under_load.recovered()
    assert under_load.site.outages > 0
    _no_difference(under_load, untroubled)


IN_WORKER = (
    *(point for point in POINTS if point.startswith("relay.")),
    *(point for point in ENGINE if not point.startswith("record.")),
    "record.after-ledger",
    "record.after-commit",
    "drain.closing",
)


@pytest.fixture
def armed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Path]:
    """Every point armed that a worker passes on its way; each kills it once."""
    proofs = {point: tmp_path / point for point in IN_WORKER}
    faults = ",".join(f"{point}=kill:{proof}" for point, proof in proofs.items())
    monkeypatch.setenv(FAULTS, faults)
    return proofs


def test_a_worker_killed_at_every_point_of_its_way_comes_back(
    untroubled: dict[str, list[str]], armed: dict[str, Path], new_folder: Callable[[str], Path]
):
    with running(new_folder("armed"), journeys=1) as found:
        eventually(lambda: all(proof.exists() for proof in armed.values()), within_s=600)
        found.recovered()
        _no_difference(found, untroubled)


def _due(found: Running) -> list[DueTimer]:
    with transaction(found.app) as connection:
        return due_timers(connection, datetime.fromisoformat(found.clock.read_text()))


def _passed(found: Running) -> Counter[tuple[object, ...]]:
    """What the ledger says of deadlines and of visits that fell due, and how often."""
    journeys = [present(found.app, journey) for journey in found.site.journeys]
    visits = [(one.journey, event.day) for one in journeys for _, event in one.all(FollowUpDue)]
    deadlines = [
        (one.journey, event.awaited, event.due_at)
        for one in journeys
        for _, event in one.all(DeadlinePassed)
    ]
    return Counter([*visits, *deadlines])


def test_deadlines_that_fell_in_an_outage_pass_once_after_it(under_load: Running):
    finished = under_load.finish()
    before = _passed(under_load)
    under_load.kill(SERVER, signal.SIGSTOP)
    latest = max(facts.history[-1].occurred_at for facts in finished)
    under_load.clock.write_text((latest + timedelta(days=400)).isoformat())
    assert len(_due(under_load)) >= len(finished)
    under_load.recovered()
    eventually(lambda: not _due(under_load), within_s=WITHIN_S)
    passed = _passed(under_load)
    assert len(passed) >= len(before) + len(finished)
    assert set(passed.values()) == {1}
    under_load.nothing_wrong()
