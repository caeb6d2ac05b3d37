"""What runs beside the worker: the HTTP service, and the listener where a broker is named."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import httpx

from atmpflow.errors import Refused
from deployments.child import Child, child
from deployments.listen import broker_of
from deployments.port import HOST, port_for
from deployments.settings import Settings

START_TIMEOUT_S = 120
FIRST_PORT = 4280


@contextmanager
def running_api(settings: Settings, module: str, environment: Mapping[str, str]) -> Iterator[str]:
    """The HTTP service (`python -m MODULE PORT`), kept running; its address.

    Raises Refused `port-taken` or `api-not-started`.
    """
    file = settings.state_dir / "api.port"
    port = port_for(file, settings.api_port, setting="api_port", first=FIRST_PORT)
    file.write_text(str(port))
    address = f"http://{HOST}:{port}"
    log = settings.state_dir / "api.log"
    with child(["-m", module, str(port)], log=log, environment=environment) as process:
        _wait_until_healthy(process, address)
        process.keep()
        yield address


@contextmanager
def running_listener(settings: Settings, environment: Mapping[str, str]) -> Iterator[None]:
    """The listener of the broker that the settings name, kept running; nothing without one.

    It waits for a broker that is away. Raises Refused `mqtt-url-invalid` or `setting-missing`.
    """
    if settings.mqtt_url is None:
        yield
        return
    broker_of(settings).place()
    log = settings.state_dir / "mqtt.log"
    arguments = ["-m", "deployments.listen"]
    with child(arguments, log=log, environment=environment) as process:
        process.keep()
        yield


def _wait_until_healthy(process: Child, address: str) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    with httpx.Client(timeout=5, trust_env=False) as client:
        while process.running and time.monotonic() < deadline:
            if _healthy(client, address):
                return
            time.sleep(0.05)
    raise Refused(
        code="api-not-started",
        field="",
        message="The HTTP service ended or did not answer in time.",
        remedy=f"Read the end of {process.log}.",
    )


def _healthy(client: httpx.Client, address: str) -> bool:
    try:
        return client.get(f"{address}/health").is_success
    except httpx.TransportError:
        return False
