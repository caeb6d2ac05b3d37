"""The database of all tests: one embedded PostgreSQL a run, and empty copies of it."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from pathlib import Path
from shutil import disk_usage
from tempfile import TemporaryDirectory
from typing import Any

import psycopg
import pytest
from hypothesis import settings
from psycopg import sql
from sqlalchemy import Engine
from sqlmodel import Session
from xdist.scheduler import LoadScopeScheduling

from deployments.embedded import running_postgres
from deployments.roles import OWNER_ROLE, plain
from desk.prepare import check_key
from desk.simulation.people import enrol
from models.database import connect
from models.keys import KEY_FILE, key_file, make_key_file
from models.migrate import migrate
from models.network import seed
from tasks.anchors import where
from tasks.clock import SIMULATED
from tasks.engine import URL, engine
from tasks.passport.key import KEY_FILE as PASSPORT_KEY_FILE
from tests.people import CAST

# The default run is quick and the same every time; the scheduled one looks further.
settings.register_profile("quick", max_examples=40, deadline=None, derandomize=True)
settings.register_profile("thorough", max_examples=1000, deadline=None)
settings.load_profile(os.environ.get("ATMPFLOW_HYPOTHESIS", "quick"))

EMPTY = "atmpflow_empty"
BEFORE_EVERYTHING = "2020-01-01T00:00:00+00:00"
COPIES = count(1)
MEMORY = Path("/dev/shm")  # noqa: S108 - a file system in memory, where the system has one
PLENTY = 8 * 1024**3
"""Bytes; a run of the tests uses a seventh of it."""


SERVERS = {
    "whole": ("flows", "cli/test_up.py"),
    "parts": ("deployments", "benchmarks", "cli/test_database.py"),
}
"""Tests that start a Prefect server, or measure time: two processes have them, in turn."""


LONG = ("invariants", "upgrade", "stories", "machine", "faults", "inspection", "tampering", "api")
"""Folders whose tests take longest: taken up early, so that no process is left alone with one."""


def _turn(item: pytest.Item) -> int:
    place = item.nodeid.removeprefix("tests/")
    return 0 if _server(place) else 1 if place.startswith(LONG) else 2


def _server(place: str) -> str | None:
    return next((name for name, places in SERVERS.items() if place.startswith(places)), None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long comes first; by the number of its tests a file does not show it."""
    items.sort(key=_turn)


class Sharing(LoadScopeScheduling):
    """Processes share the tests: two have those that start a server first, then all take files."""

    def _split_scope(self, nodeid: str) -> str:
        place = nodeid.partition("::")[0].removeprefix("tests/")
        return _server(place) or place


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Sharing:
    """Asked by xdist how the tests are to be shared: in the order in which they were collected."""
    config.option.loadscopereorder = False
    return Sharing(config, log)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What tests have to say even when they pass, such as their seeds."""
    kinds = ("passed", "failed")
    for report in (one for kind in kinds for one in terminalreporter.getreports(kind)):
        for name, said in report.user_properties:
            if name == "said":
                terminalreporter.write_line(str(said))


@dataclass(frozen=True)
class Database:
    """A migrated database with the network's organisations, as each role reaches it."""

    application: str
    owner_url: str
    administrator: str
    app: Engine
    owner: Engine
    clock: Path

    @property
    def anchors(self) -> tuple[Path, Path]:
        """The two places of its anchors."""
        return self.clock.with_name("anchors"), self.clock.with_name("more-anchors")

    def set_clock(self, moment: datetime) -> None:
        """Move the simulated clock that deadlines are held against."""
        self.clock.write_text(moment.isoformat(), encoding="ascii")

    def dispose(self) -> None:
        self.app.dispose()
        self.owner.dispose()


def _database(urls: tuple[str, str, str], clock: Path) -> Database:
    application, owner, administrator = urls
    clock.write_text(BEFORE_EVERYTHING, encoding="ascii")
    return Database(application, owner, administrator, connect(application), connect(owner), clock)


@contextmanager
def serving(database: Database) -> Iterator[Database]:
    """Have `tasks` reach this database, simulated partners and its clock; then as before."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv(URL, database.application)
        environment.setenv("ATMPFLOW_PARTNERS", "simulated")
        environment.setenv(SIMULATED, str(database.clock))
        environment.setenv(where.FOLDERS, os.pathsep.join(map(str, database.anchors)))
        environment.setenv(where.KEY_FILE, str(database.clock.with_name("anchor.key")))
        environment.setenv(PASSPORT_KEY_FILE, str(database.clock.with_name("passport.key")))
        engine.cache_clear()
        yield database
    engine.cache_clear()


def _kept_in() -> Path | None:
    """Where databases of tests lie: in memory where there is plenty, for none outlasts its run.

    A copy of a database is a thousand small files, which takes 20 times as long on a disk.
    """
    enough = MEMORY.is_dir() and os.access(MEMORY, os.W_OK)
    return MEMORY if enough and disk_usage(MEMORY).free >= PLENTY else None


@pytest.fixture(scope="session")
def database_folder() -> Iterator[Path]:
    """A folder outside pytest's own, which every run of pytest shuts to PostgreSQL's account."""
    with TemporaryDirectory(prefix="atmpflow-tests-", dir=_kept_in()) as folder:
        yield Path(folder)


@pytest.fixture(scope="session", autouse=True)
def identity_key() -> Iterator[Path]:
    """A key for the identities of this run, never that of whoever runs the tests."""
    before = os.environ.get(KEY_FILE)
    with TemporaryDirectory(prefix="atmpflow-tests-key-") as folder:
        os.environ[KEY_FILE] = str(Path(folder) / "identity.key")
        make_key_file(key_file())
        yield key_file()
    os.environ.pop(KEY_FILE) if before is None else os.environ.update({KEY_FILE: before})


@pytest.fixture(scope="session")
def new_folder() -> Iterator[Callable[[str], Path]]:
    """Folders for servers. Not pytest's own: as root, its next session closes those to others."""
    with TemporaryDirectory(prefix="atmpflow-tests-", dir=_kept_in()) as base:

        def new(name: str) -> Path:
            folder = Path(base) / f"{name}-{next(COPIES)}"
            folder.mkdir()
            return folder

        yield new


@pytest.fixture(scope="session")
def prepared_database(database_folder: Path) -> Iterator[Database]:
    """The database of this run; `serving` makes it the one that `tasks` use."""
    folder = database_folder
    with running_postgres(folder) as urls:
        assert urls.administrator is not None
        administrator = plain(urls.administrator)
        database = _database((urls.application, urls.owner, administrator), folder / "clock")
        migrate(database.owner)
        check_key(database.owner)
        with Session(database.owner) as session:
            session.add_all(seed())
            session.commit()
        enrol(database.owner, CAST)
        database.owner.dispose()  # a database is copied only while nobody is in it
        with psycopg.connect(administrator, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {EMPTY} OWNER {OWNER_ROLE} TEMPLATE atmpflow")
        yield database
        database.dispose()


@pytest.fixture
def database(prepared_database: Database) -> Iterator[Database]:
    """The database of this run: shared, so that a test looks only at its own journeys."""
    with serving(prepared_database):
        yield prepared_database


@contextmanager
def copied(prepared: Database, folder: Path) -> Iterator[Database]:
    """A database with nothing in it but the organisations; gone afterwards."""
    name = f"atmpflow_copy_{next(COPIES)}"
    with psycopg.connect(prepared.administrator, autocommit=True) as connection:
        create = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}")
        names = (name, OWNER_ROLE, EMPTY)
        connection.execute(create.format(*map(sql.Identifier, names)))
        urls = [
            url.replace("@/atmpflow?", f"@/{name}?").replace("@/postgres?", f"@/{name}?")
            for url in (prepared.application, prepared.owner_url, prepared.administrator)
        ]
        database = _database((urls[0], urls[1], urls[2]), folder / "clock")
        try:
            yield database
        finally:
            database.dispose()
            drop = sql.SQL("DROP DATABASE {} WITH (FORCE)")
            connection.execute(drop.format(sql.Identifier(name)))


@pytest.fixture
def own_database(prepared_database: Database, tmp_path: Path) -> Iterator[Database]:
    """A database of this test's own, for what looks at everything or breaks something."""
    with copied(prepared_database, tmp_path) as database, serving(database):
        yield database
