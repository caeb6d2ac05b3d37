"""A whole installation with journeys under way, whose parts can be killed, stopped and wiped."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import psycopg
from psycopg import sql
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from atmpflow.errors import Refused
from atmpflow.journey import Facts
from deployments.cluster import Cluster, prepared
from deployments.roles import PREFECT_DATABASE
from deployments.settings import Settings
from deployments.stack import Stack, running_stack
from desk.demo.run import simulation
from desk.prepare import prepare
from desk.simulation.step import play_one, present
from desk.up import PREFECT_FILE
from models.database import connect, transaction
from models.invariants.checker import check
from models.replay import replay
from tests.factories import opened, stocked, waits_for
from tests.faults.waiting import eventually
from tests.invariants.conftest import CALM

WITHIN_S = 180.0
"""So soon after a fault everything works again, and nobody did anything: two minutes, or more on a
machine that has other work."""
PRODUCTS = ("kymriah", "ebvallo", "zolgensma", "holoclar")
SERVER, WORKER = "deployments.serve", "deployments.engine_room"


class Site(threading.Thread):
    """People who go on after an outage: whatever was not answered they send again."""

    def __init__(self, app: Engine, journeys: list[UUID]) -> None:
        super().__init__(daemon=True)
        self.app = app
        self.journeys = journeys
        self.open = set(journeys)
        self.over = threading.Event()
        self.outages = 0
        self.failed: Exception | None = None

    def run(self) -> None:
        while self.open and not self.over.wait(0.05):
            try:
                self._round()
            except (psycopg.OperationalError, OperationalError):
                self.outages += 1
                time.sleep(0.2)
            except Exception as error:
                self.failed = error
                raise

    def _round(self) -> None:
        for journey in sorted(self.open):
            facts = present(self.app, journey)
            if facts.ended or waits_for("record-follow-up")(facts):
                self.open.discard(journey)
                continue
            with suppress(Refused):  # the engine was quicker: the next look is at what is now
                play_one(self.app, facts)


@dataclass
class Running:
    """The installation, and the journeys that are played on it."""

    folder: Path
    stack: Stack
    app: Engine
    api: httpx.Client
    site: Site
    clock: Path
    """The file of the simulated clock that deadlines are held against."""

    def process(self, module: str) -> int:
        """The id of one of our child processes."""
        (found,) = (pid for pid in _children() if module in _command(pid))
        return found

    def kill(self, module: str, number: signal.Signals = signal.SIGKILL) -> None:
        """Send a signal; one that kills is seen to have killed, and another process comes."""
        pid = self.process(module)
        os.kill(pid, number)
        if number == signal.SIGKILL:
            eventually(lambda: pid not in _children(), within_s=10)

    @property
    def cluster(self) -> Cluster:
        return prepared(self.folder)

    def kill_postgres(self) -> None:
        """An immediate shutdown: no session is asked, nothing is flushed."""
        os.kill(self.postmaster, signal.SIGQUIT)

    @property
    def postmaster(self) -> int:
        """The id of PostgreSQL's first process; 0 while there is none."""
        file = self.folder / "postgres" / "postmaster.pid"
        try:
            return int(file.read_text().split()[0])
        except (FileNotFoundError, IndexError):
            return 0

    def wipe_prefect(self) -> None:
        """Everything Prefect knew is gone, its tables with it."""
        administrator = self.stack.databases.administrator
        assert administrator is not None
        with psycopg.connect(administrator, autocommit=True) as connection:
            drop = sql.SQL("DROP DATABASE {} WITH (FORCE)")
            connection.execute(drop.format(sql.Identifier(PREFECT_DATABASE)))

    def moved(self) -> int:
        """How many events are in the record."""
        with transaction(self.app) as connection:
            row: Any = connection.execute("SELECT count(*) FROM ledger").fetchone()
        return int(row[0])

    def deployments(self) -> int:
        """How many deployments of a work pool Prefect knows; none while it does not answer."""
        try:
            answer = self.api.post("/deployments/count", json={"work_pools": {}})
        except httpx.HTTPError:
            return 0
        return int(answer.json()) if answer.is_success else 0

    def beats_since(self, moment: datetime) -> bool:
        """Was a stage's or the heartbeat's run finished that began after this moment?"""
        wanted = {
            "flow_runs": {
                "state": {"type": {"any_": ["COMPLETED"]}},
                "start_time": {"after_": moment.isoformat()},
            },
            "limit": 1,
        }
        try:
            answer = self.api.post("/flow_runs/filter", json=wanted)
        except httpx.HTTPError:
            return False
        return answer.is_success and bool(answer.json())

    def recovered(self) -> float:
        """Wait until runs complete again; returns after how many seconds."""
        began = time.monotonic()
        moment = datetime.now(UTC)
        try:
            eventually(lambda: self.beats_since(moment), within_s=WITHIN_S)
        except AssertionError as error:
            error.add_note(self._logs())
            raise
        return time.monotonic() - began

    def _logs(self) -> str:
        """The ends of what the parts wrote; the folder is gone with the test."""
        logs = sorted(self.folder.glob("*.log"))
        return "\n".join(f"--- {log.name}\n{log.read_text()[-8_000:]}" for log in logs)

    def finish(self) -> list[Facts]:
        """Wait until every journey is in its follow-up; raises AssertionError when one is not."""
        self.site.join(600)
        assert not self.site.is_alive(), self.site.open
        assert not self.site.failed, self.site.failed
        return [present(self.app, journey) for journey in self.site.journeys]

    def nothing_wrong(self) -> None:
        """The tables are what the ledger says, and no invariant is broken."""
        with transaction(self.app) as connection:
            assert replay(connection) == []
        with psycopg.connect(self.stack.databases.owner.replace("+psycopg", "")) as connection:
            assert list(check(connection, CALM).violations) == []


def _children() -> set[int]:
    own = os.getpid()
    return {
        int(one.name)
        for one in Path("/proc").iterdir()
        if one.name.isdigit() and _parent(one) == own
    }


def _parent(process: Path) -> int:
    try:
        return int((process / "stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def _command(pid: int) -> str:
    return (Path("/proc") / str(pid) / "cmdline").read_text().replace("\0", " ")


def course_of(facts: Facts) -> list[str]:
    """What happened to a journey, without what only tells that time went by."""
    late = {"deadline.passed", "follow_up.due"}
    return [row.event.name for row in facts.history if row.event.name not in late]


@contextmanager
def running(folder: Path, journeys: int) -> Iterator[Running]:
    """So many journeys of each pathway, played into their follow-up while the block runs."""
    with simulation(folder) as clock, _stack(folder) as stack:
        engine = connect(stack.databases.application)
        stocked(engine, units=3 * journeys)
        opened_now = [opened(engine, product) for product in PRODUCTS for _ in range(journeys)]
        with httpx.Client(base_url=stack.api_url, timeout=10, trust_env=False) as client:
            site = Site(engine, opened_now)
            site.start()
            yield Running(folder, stack, engine, client, site, clock)
            site.over.set()
            site.join()
        engine.dispose()


def _stack(folder: Path) -> Any:
    return running_stack(
        Settings(state_dir=folder, worker_grace_s=2),
        migrate=lambda databases: prepare(databases.owner),
        prefect_file=PREFECT_FILE,
        worker_module="deployments.engine_room",
    )
