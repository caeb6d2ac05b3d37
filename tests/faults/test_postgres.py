"""PostgreSQL is restarted again and again under load: nothing is lost, nothing comes twice."""

import os
import random
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session

from deployments.cluster import Cluster, prepared
from deployments.embedded import running_postgres
from deployments.roles import plain
from desk.simulation.people import enrol
from models.database import connect
from models.migrate import migrate
from models.network import seed
from tests.conftest import BEFORE_EVERYTHING, Database, serving
from tests.faults import sending
from tests.faults.conftest import environment_of_processes, nothing_wrong
from tests.faults.forks import Forks
from tests.faults.sending import Sender
from tests.faults.waiting import eventually
from tests.models.rows import select
from tests.people import CAST

SEED = 20_261_123


@dataclass
class Server:
    """A PostgreSQL of this test's own, with its database."""

    cluster: Cluster
    database: Database

    @property
    def enough(self) -> Path:
        """There as soon as the load may end."""
        return self.cluster.data.with_name("enough")

    def restart_at_once(self) -> None:
        """As `pg_ctl restart -m immediate`: no session is asked, nothing is written first."""
        before = self._pid()
        os.kill(before, signal.SIGQUIT)
        eventually(lambda: not Path("/proc", str(before)).exists(), within_s=30)
        self.cluster.start()
        assert self._pid() != before

    def _pid(self) -> int:
        return int((self.cluster.data / "postmaster.pid").read_text().split()[0])


@pytest.fixture
def server(new_folder: Callable[[str], Path], identity_key: Path) -> Iterator[Server]:
    folder = new_folder("restarted")
    with running_postgres(folder) as urls:
        assert urls.administrator is not None
        app, owner = connect(urls.application), connect(urls.owner)
        migrate(owner)
        with Session(owner) as session:
            session.add_all(seed())
            session.commit()
        enrol(owner, CAST)
        clock = folder / "clock"
        clock.write_text(BEFORE_EVERYTHING)
        administrator = plain(urls.administrator)
        database = Database(urls.application, urls.owner, administrator, app, owner, clock)
        with serving(database):
            yield Server(prepared(folder), database)
        database.dispose()


def _under_load(
    server: Server, forks: Forks, deeds: Sequence[tuple[Any, ...]], *, pause_s: float, most: int
) -> tuple[list[Sender], int]:
    """A process for each deed, and restarts until all have ended or there were enough."""
    forks.environment = environment_of_processes()
    chance = random.Random(SEED)  # noqa: S311
    running = [forks.begin(*deed) for deed in deeds]
    restarts = 0
    while any(forks.runs(pid) for pid in running) and restarts < most:
        time.sleep(chance.uniform(0.2, 1) * pause_s)  # a fault comes at any moment of the load
        server.restart_at_once()
        restarts += 1
    server.enough.touch()
    return [forks.ended(pid).answer for pid in running], restarts


def _all_once(server: Server, senders: list[Sender], restarts: int) -> None:
    assert restarts > 1
    assert sum(sender.unanswered for sender in senders) > 1, "nobody noticed that it was away"
    acknowledged = {key: said for one in senders for key, said in one.acknowledged.items()}
    query = "SELECT key, journey_id, version FROM command WHERE outcome = 'accepted'"
    rows = select(server.database.app, query)
    accepted = {key: (journey, version) for key, journey, version in rows}
    assert len(accepted) == len(rows), "a command was accepted twice"
    assert acknowledged.items() <= accepted.items(), "what was acknowledged is not there"
    nothing_wrong(server.database)


def test_nothing_acknowledged_is_lost_and_nothing_is_doubled(
    server: Server, fork_server_of_all: Forks
):
    deed = sending.send_holds, 4, str(server.enough)
    senders, restarts = _under_load(server, fork_server_of_all, [deed], pause_s=0.5, most=3)
    _all_once(server, senders, restarts)
    placed = (
        "SELECT count(*), 4 * count(DISTINCT journey_id) FROM ledger WHERE name = 'hold.placed'"
    )
    ((holds, asked),) = select(server.database.app, placed)
    assert holds == asked > 0


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_nothing_is_lost_of_25000_events(server: Server, fork_server_of_all: Forks):
    patients = range(1, 361), range(361, 721)
    deeds = [(sending.send_all, "zolgensma", those) for those in patients]
    senders, restarts = _under_load(server, fork_server_of_all, deeds, pause_s=10, most=200)
    _all_once(server, senders, restarts)
    app = server.database.app
    assert select(app, "SELECT count(*) FROM journey WHERE stage = 'follow_up'") == [(720,)]
    ((events,),) = select(app, "SELECT count(*) FROM ledger")
    assert events > 25_000
