"""Parts of an installation are taken away under load: it recovers by itself, nothing differs."""

import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from atmpflow.journey import Facts
from tests.conftest import Database
from tests.factories import opened, stocked, waits_for, walk
from tests.faults.running import PRODUCTS, SERVER, WORKER, Running, course_of, running
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


def test_a_killed_postgresql_comes_back(untroubled: dict[str, list[str]], under_load: Running):
    for _ in range(3):
        first = under_load.postmaster
        under_load.kill_postgres()
        eventually(lambda: under_load.postmaster not in (0, first), within_s=60)  # noqa: B023
        under_load.recovered()
    assert under_load.site.outages > 0
    _no_difference(under_load, untroubled)
