"""One side's installation, of which PostgreSQL and the Prefect server can be taken away."""

import os
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psycopg

from benchmarks.faults.outage import Outage, outage
from deployments.child import child
from deployments.cluster import Cluster, prepared
from deployments.embedded import running_postgres
from deployments.roles import Databases, plain
from deployments.server import Server, client_environment, starting_server, wait_for_api
from deployments.settings import Settings
from deployments.stack import Stack, running_stack

START_S = 120

StartServer = Callable[[Settings, Databases], AbstractContextManager[Server]]


class PrefectServer:
    """A Prefect server that nobody starts again but we."""

    def __init__(self, starting: Callable[[], AbstractContextManager[Server]]) -> None:
        self._starting = starting
        self._running = ExitStack()
        self._pid = 0
        self.api_url = ""

    def start(self) -> None:
        server = self._running.enter_context(self._starting())
        assert server.process is not None
        self.api_url, self._pid = server.api_url, server.process.pid
        assert wait_for_api(self.api_url, timeout_s=START_S), "the server did not start"

    def kill(self) -> None:
        """SIGKILL to the server and all it started."""
        os.killpg(self._pid, signal.SIGKILL)
        self.stop()

    def stop(self) -> None:
        self._running.close()

    def answers(self) -> bool:
        return wait_for_api(self.api_url, timeout_s=0.2)


@dataclass(frozen=True)
class Machine:
    """What runs, and the two parts that may be away for a while."""

    folder: Path
    cluster: Cluster
    databases: Databases
    server: PrefectServer
    stack: Stack
    api: httpx.Client

    def without_database(self, seconds: float) -> AbstractContextManager[Outage]:
        """PostgreSQL stopped, every session ended."""
        return outage(self.cluster.stop, self.cluster.start, self._answers, seconds=seconds)

    def without_server(self, seconds: float) -> AbstractContextManager[Outage]:
        """The Prefect server killed."""
        server = self.server
        return outage(server.kill, server.start, server.answers, seconds=seconds)

    def _answers(self) -> bool:
        assert self.databases.administrator is not None
        try:
            psycopg.connect(self.databases.administrator, connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def asked(self, url: str, query: str, values: Mapping[str, Any]) -> Any:
        """One row, over a connection of its own: pooled ones do not outlive an outage."""
        with psycopg.connect(plain(url)) as connection:
            return connection.execute(query.encode(), values).fetchone()


def own_server(settings: Settings, databases: Databases) -> AbstractContextManager[Server]:
    """The server as `atmpflow up` starts it."""
    assert databases.prefect is not None
    return starting_server(settings, databases.prefect)


@contextmanager
def default_server(settings: Settings, databases: Databases) -> Iterator[Server]:
    """The server as `prefect server start` has it, on PostgreSQL, with Prefect's own settings."""
    port = settings.prefect_port
    api_url = f"http://127.0.0.1:{port}/api"
    home = settings.state_dir / "prefect"
    assert databases.prefect is not None
    environment = {
        **client_environment(api_url, home=home),
        "PREFECT_SERVER_DATABASE_CONNECTION_URL": databases.prefect,
        "PREFECT_SERVER_UI_STATIC_DIRECTORY": str(home / "ui"),
    }
    arguments = ["-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    log = settings.state_dir / "prefect-server.log"
    with child(arguments, log=log, environment=environment) as process:
        yield Server(api_url, process)


@contextmanager
def machine(
    folder: Path,
    *,
    starting: StartServer,
    port: int,
    prepare: Callable[[Databases], None],
    prefect_file: Path,
    worker_module: str,
) -> Iterator[Machine]:
    """PostgreSQL, a Prefect server and one worker in a folder of their own."""
    with ExitStack() as parts:
        databases = parts.enter_context(running_postgres(folder))
        prepare(databases)
        alone = Settings(state_dir=folder, prefect_port=port, worker_grace_s=2)
        server = PrefectServer(lambda: starting(alone, databases))
        parts.callback(server.stop)
        server.start()
        named = Settings(
            state_dir=folder,
            worker_grace_s=2,
            database_url=databases.application,
            owner_database_url=databases.owner,
            prefect_api_url=server.api_url,
        )
        stack = parts.enter_context(
            running_stack(named, prefect_file=prefect_file, worker_module=worker_module)
        )
        api = parts.enter_context(
            httpx.Client(base_url=server.api_url, timeout=20, trust_env=False)
        )
        yield Machine(folder, prepared(folder), databases, server, stack, api)
