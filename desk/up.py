"""`atmpflow up`: everything runs until Ctrl-C; state is kept between starts."""

import json
import signal
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from deployments.beside import running_api, running_listener
from deployments.settings import Settings, settings
from deployments.stack import running_stack
from desk.prepare import prepare
from desk.sending import letters, sending
from models.database import connect

PREFECT_FILE = Path(__file__).parents[1] / "prefect.yaml"


def run_up(*, as_json: bool) -> int:
    """Start PostgreSQL, Prefect, worker and relay, and wait to be stopped."""
    console = Console(stderr=as_json)
    chosen = settings()
    console.print(f"Starting in {chosen.state_dir} ...")
    with (
        running_stack(
            chosen,
            migrate=lambda databases: prepare(databases.owner),
            prefect_file=PREFECT_FILE,
            worker_module="deployments.engine_room",
        ) as stack,
        _beside(chosen, stack.environment) as address,
    ):
        console.print(f"Running. Prefect UI: {stack.ui_url}. Ctrl-C stops; nothing is lost.")
        console.print(f"HTTP service for other systems: {address}.")
        if as_json:
            places = {"ui": stack.ui_url, "api": stack.api_url, "http": address}
            places["state"] = str(chosen.state_dir)
            sys.stdout.write(json.dumps(places) + "\n")
            sys.stdout.flush()
        with _sending(stack.databases.application):
            wait_for_signal()
    return 0


@contextmanager
def _beside(chosen: Settings, environment: Mapping[str, str]) -> Iterator[str]:
    """The HTTP service, and the listener where a broker is named; the service's address."""
    with (
        running_listener(chosen, environment),
        running_api(chosen, "desk.api.serve", environment) as address,
    ):
        yield address


@contextmanager
def _sending(application_url: str) -> Iterator[None]:
    """Record what the commands here kept while the database was away, as soon as it answers."""
    engine = connect(application_url)
    try:
        with sending(engine, letters()):
            yield
    finally:
        engine.dispose()


def wait_for_signal() -> None:
    """Return when asked to stop by Ctrl-C or SIGTERM."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    stop.wait()
