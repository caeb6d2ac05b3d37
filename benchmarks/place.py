"""A place of its own for a benchmark: databases or a whole installation, gone afterwards."""

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine

from deployments.embedded import running_postgres
from deployments.roles import Databases
from deployments.settings import Settings
from deployments.stack import Stack, running_stack
from desk.demo.run import simulation
from desk.prepare import prepare
from desk.up import PREFECT_FILE
from models.database import connect
from tasks.engine import URL, engine

WORKER = "deployments.engine_room"


@dataclass(frozen=True, slots=True)
class Place:
    """A migrated database, and the application's connections to it."""

    folder: Path
    databases: Databases
    app: Engine


@dataclass(frozen=True, slots=True)
class Installation:
    """A running installation: its database, and its Prefect server and worker."""

    place: Place
    stack: Stack


@contextmanager
def database() -> Iterator[Place]:
    """An embedded PostgreSQL, migrated; fsync is on, as everywhere."""
    with _folder() as folder, simulation(folder), running_postgres(folder) as databases:
        prepare(databases.owner)
        with _serving(folder, databases) as place:
            yield place


@contextmanager
def installation(before: Callable[[Engine], None] = lambda app: None) -> Iterator[Installation]:
    """PostgreSQL, a Prefect server and the in-process worker, with all that prefect.yaml says.

    `before` is called with the migrated database while no worker runs yet.
    """

    def migrate(databases: Databases) -> None:
        prepare(databases.owner)
        with _serving(folder, databases) as place:
            before(place.app)

    with _folder() as folder, simulation(folder):
        settings = Settings(state_dir=folder, worker_grace_s=2)
        running = running_stack(
            settings, migrate=migrate, prefect_file=PREFECT_FILE, worker_module=WORKER
        )
        with running as stack, _serving(folder, stack.databases) as place:
            yield Installation(place, stack)


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="atmpflow-bench-") as folder:
        yield Path(folder)


@contextmanager
def _serving(folder: Path, databases: Databases) -> Iterator[Place]:
    """Have `tasks` of this process reach this database; then as before."""
    before = os.environ.get(URL)
    os.environ[URL] = databases.application
    engine.cache_clear()
    app = connect(databases.application)
    try:
        yield Place(folder, databases, app)
    finally:
        app.dispose()
        engine().dispose()
        engine.cache_clear()
        os.environ.pop(URL) if before is None else os.environ.update({URL: before})
