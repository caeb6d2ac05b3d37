"""The Prefect server as a child process: on this machine only, on our PostgreSQL."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from atmpflow.errors import Refused
from deployments.child import Child, child
from deployments.ports import HOST, holding_port
from deployments.settings import Settings

START_TIMEOUT_S = 120

# What differs from Prefect's defaults, and why.
LATENCY = {
    # Wake-ups reach the events feed within a second instead of five.
    "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_FLUSH_INTERVAL": "1",
    "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_BATCH_SIZE": "100",
    # A run that found its stage's concurrency limit taken tries again after 1 s instead of 30.
    "PREFECT_SERVER_DEPLOYMENTS_CONCURRENCY_SLOT_WAIT_SECONDS": "1",
    # After each registration a hundred future runs of every schedule are too much to write at once.
    "PREFECT_SERVER_SERVICES_SCHEDULER_MAX_RUNS": "20",
}
QUIET = {
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_LOGGING_LEVEL": "WARNING",
    "PREFECT_LOGGING_LEVEL": "WARNING",
}


def client_environment(api_url: str, *, home: Path) -> dict[str, str]:
    """The environment of a process that talks to this server: nothing of the user's own profile.

    Results are never stored and never pickled; a flow's outcome is in our own database.
    """
    return {
        **_without_prefect(),
        "PREFECT_HOME": str(home),
        "PREFECT_API_URL": api_url,
        "PREFECT_WORKER_HEARTBEAT_SECONDS": "10",  # `watch.py` looks whether it does
        "PREFECT_RESULTS_DEFAULT_SERIALIZER": "json",
        "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
        **QUIET,
    }


@dataclass(frozen=True)
class Server:
    """A Prefect server that was started; `api_url` (ends with /api) answers after the wait."""

    api_url: str
    process: Child | None = None

    def wait_until_healthy(self) -> None:
        """Raises `Refused` (server-not-started) with the place of the log."""
        if self.process is not None:
            _wait_until_healthy(self.process, self.api_url)
            self.process.keep()


@contextmanager
def starting_server(settings: Settings, database_url: str) -> Iterator[Server]:
    """A Prefect server on its way up (it takes some seconds), stopped when the block ends.

    It listens on 127.0.0.1 only and keeps its home and log in the state directory.
    Raises `Refused`: already-running or port-taken.
    """
    home = settings.state_dir / "prefect"
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    port = holding_port(settings.prefect_port, _port_file(settings), 4200, "prefect_port")
    with _only_one(settings), port as port:
        api_url = f"http://{HOST}:{port}/api"
        environment = _server_environment(api_url, port=port, home=home, database_url=database_url)
        arguments = ["-m", "deployments.serve", str(port)]
        log = settings.state_dir / "prefect-server.log"
        with child(arguments, log=log, environment=environment) as process:
            yield Server(api_url, process)


def last_api_url(settings: Settings) -> str | None:
    """Where the server of this state directory listened when it last ran; None before that."""
    if settings.prefect_api_url is not None:
        return settings.prefect_api_url
    file = _port_file(settings)
    return f"http://{HOST}:{file.read_text()}/api" if file.exists() else None


def wait_for_api(api_url: str, *, timeout_s: float) -> bool:
    """Whether the API answered within the time."""
    deadline = time.monotonic() + timeout_s
    with httpx.Client(timeout=5, trust_env=False) as client:
        while time.monotonic() < deadline:
            if _healthy(client, api_url):
                return True
            time.sleep(0.05)
    return False


@contextmanager
def _only_one(settings: Settings) -> Iterator[None]:
    """Two Prefect servers on one database would start every run twice."""
    with (settings.state_dir / "prefect.lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Refused(
                code="already-running",
                field="state_dir",
                message=f"{settings.state_dir} is in use at {last_api_url(settings)}.",
                remedy="Use the one that runs, or set ATMPFLOW_STATE_DIR to another folder.",
            ) from error
        yield


def _server_environment(
    api_url: str, *, port: int, home: Path, database_url: str
) -> dict[str, str]:
    return {
        **client_environment(api_url, home=home),
        **LATENCY,
        "PREFECT_SERVER_DATABASE_CONNECTION_URL": database_url,
        "PREFECT_SERVER_API_HOST": HOST,
        "PREFECT_SERVER_API_PORT": str(port),
        "PREFECT_SERVER_UI_API_URL": api_url,
        # Copied on first start; the packaged folder may belong to somebody else.
        "PREFECT_SERVER_UI_STATIC_DIRECTORY": str(home / "ui"),
        "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": f"http://{HOST}:{port},http://localhost:{port}",
    }


def _without_prefect() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}


def _wait_until_healthy(server: Child, api_url: str) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while server.running and time.monotonic() < deadline:
        if wait_for_api(api_url, timeout_s=0.5):
            return
    raise Refused(
        code="server-not-started",
        field="",
        message="The Prefect server ended or did not answer in time.",
        remedy=f"Read the end of {server.log}.",
    )


def _healthy(client: httpx.Client, api_url: str) -> bool:
    try:
        return client.get(f"{api_url}/health").is_success
    except httpx.TransportError:
        return False


def _port_file(settings: Settings) -> Path:
    return settings.state_dir / "prefect.port"
