"""Everything at once: PostgreSQL, migrations, the Prefect server and one worker process."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx

from atmpflow.errors import Refused
from deployments.child import Child, child
from deployments.embedded import running_postgres
from deployments.reporting import NEVER, last_report
from deployments.roles import Databases
from deployments.server import Server, client_environment, starting_server
from deployments.settings import Settings
from deployments.watch import WorkerLook, embedded_database, watched_server, watching
from tasks.engine import URL

WORKER_START_TIMEOUT_S = 120
WORKER_MODULE = "deployments.work"

Migrate = Callable[[Databases], None]


@dataclass(frozen=True)
class Stack:
    """What runs, and what a process needs in its environment to talk to it."""

    databases: Databases
    api_url: str
    environment: Mapping[str, str]

    @property
    def ui_url(self) -> str:
        return self.api_url.removesuffix("/api")


@contextmanager
def running_stack(
    settings: Settings,
    *,
    migrate: Migrate | None = None,
    prefect_file: Path | None = None,
    worker_module: str | None = WORKER_MODULE,
) -> Iterator[Stack]:
    """Start all parts, each beside the next where it can, and stop them in reverse order.

    `migrate` is called once the databases are there, while the Prefect server still starts, and
    before any flow can run. The worker process (`python -m worker_module PREFECT_FILE`) registers
    `prefect_file` and is ready when this returns; None leaves it out. A part that dies later, or
    no longer serves, is started again.

    Raises `Refused` (database-..., already-running, port-taken, server-not-started,
    worker-not-started) with a remedy.
    """
    with ExitStack() as parts:
        databases = parts.enter_context(_databases(settings))
        server = parts.enter_context(_server(settings, databases))
        if migrate is not None:
            migrate(databases)
        environment = _environment(settings, databases, server.api_url)
        begun = datetime.now(UTC)
        worker = parts.enter_context(_worker(settings, worker_module, prefect_file, environment))
        server.wait_until_healthy()
        if worker is not None:
            _wait_until_working(worker, server.api_url, settings.work_pool, since=begun)
            look = WorkerLook(worker, server.api_url, settings.work_pool)
            parts.enter_context(watching(look))
        parts.enter_context(watched_server(server, databases.prefect))
        yield Stack(databases=databases, api_url=server.api_url, environment=environment)


@contextmanager
def _databases(settings: Settings) -> Iterator[Databases]:
    if settings.database_url is None or settings.owner_database_url is None:
        look = embedded_database(settings.state_dir)
        with running_postgres(settings.state_dir) as databases, watching(look):
            yield databases
        return
    yield Databases(
        application=settings.database_url,
        owner=settings.owner_database_url,
        prefect=settings.prefect_database_url,
    )


@contextmanager
def _server(settings: Settings, databases: Databases) -> Iterator[Server]:
    if settings.prefect_api_url is not None:
        yield Server(settings.prefect_api_url)
        return
    assert databases.prefect is not None  # noqa: S101 - Settings demand it
    with starting_server(settings, databases.prefect) as server:
        yield server


def _environment(settings: Settings, databases: Databases, api_url: str) -> dict[str, str]:
    """Every setting spelt out, so that a child chooses nothing anew."""
    ours = {f"ATMPFLOW_{name.upper()}": value for name, value in settings.model_dump().items()}
    ours |= {
        "ATMPFLOW_DATABASE_URL": databases.application,
        URL: databases.application,  # another one in our own environment would come first
        "ATMPFLOW_OWNER_DATABASE_URL": databases.owner,
        "ATMPFLOW_PREFECT_DATABASE_URL": databases.prefect,
        "ATMPFLOW_PREFECT_API_URL": api_url,
    }
    spelt = {name: str(value) for name, value in ours.items() if value is not None}
    return client_environment(api_url, home=settings.state_dir / "prefect") | spelt


@contextmanager
def _worker(
    settings: Settings,
    module: str | None,
    prefect_file: Path | None,
    environment: Mapping[str, str],
) -> Iterator[Child | None]:
    if module is None:
        yield None
        return
    arguments = ["-m", module, *([str(prefect_file.absolute())] if prefect_file else [])]
    log = settings.state_dir / "worker.log"
    grace_s = settings.worker_grace_s + 10
    with child(arguments, log=log, environment=environment, grace_s=grace_s) as worker:
        yield worker


def _wait_until_working(worker: Child, api_url: str, work_pool: str, *, since: datetime) -> None:
    deadline = time.monotonic() + WORKER_START_TIMEOUT_S
    with httpx.Client(timeout=5, trust_env=False) as client:
        while worker.running and time.monotonic() < deadline:
            if (last_report(client, api_url, work_pool) or NEVER) > since:
                worker.keep()
                return
            time.sleep(0.1)
    raise Refused(
        code="worker-not-started",
        field="",
        message="The worker ended or did not report to Prefect in time.",
        remedy=f"Read the end of {worker.log}.",
    )
