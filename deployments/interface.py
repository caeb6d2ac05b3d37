"""The HTTP interface for other systems, as a child process: on this machine only."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx

from atmpflow.errors import Refused
from deployments.child import Child, child
from deployments.ports import HOST, holding_port
from deployments.settings import Settings

START_TIMEOUT_S = 120
FIRST_PORT = 4280


@contextmanager
def running_interface(
    settings: Settings, module: str, environment: Mapping[str, str]
) -> Iterator[str]:
    """Its address, once it answers; `python -m module PORT` serves it until the block ends.

    Raises `Refused`: port-taken or interface-not-started.
    """
    log = settings.state_dir / "http.log"
    with (
        holding_port(settings.http_port, _port_file(settings), FIRST_PORT, "http_port") as port,
        child(["-m", module, str(port)], log=log, environment=environment) as process,
    ):
        address = f"http://{HOST}:{port}"
        _wait_until_answering(process, address)
        process.keep()
        yield address


def last_address(settings: Settings) -> str | None:
    """Where the interface of this state directory listened when it last ran; None before that."""
    file = _port_file(settings)
    return f"http://{HOST}:{file.read_text()}" if file.exists() else None


def answers(address: str) -> bool:
    """Does it answer, and is it ours?"""
    try:
        with httpx.Client(timeout=5, trust_env=False) as client:
            return client.get(f"{address}/health").is_success
    except httpx.TransportError:
        return False


def _wait_until_answering(process: Child, address: str) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while process.running and time.monotonic() < deadline:
        if answers(address):
            return
        time.sleep(0.05)
    raise Refused(
        code="interface-not-started",
        field="",
        message="The HTTP interface ended or did not answer in time.",
        remedy=f"Read the end of {process.log}.",
    )


def _port_file(settings: Settings) -> Path:
    return settings.state_dir / "http.port"
