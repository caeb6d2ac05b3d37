"""`atmpflow up`: everything runs until Ctrl-C; state is kept between starts."""

import json
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from deployments.interface import running_interface
from deployments.listening import running_listener
from deployments.settings import settings
from deployments.stack import running_stack
from desk.prepare import prepare
from desk.sending import letters, sending
from models.database import connect

INTERFACE_MODULE = "desk.api.serve"
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
        running_listener(chosen, stack.environment),
        running_interface(chosen, INTERFACE_MODULE, stack.environment) as address,
    ):
        console.print(f"Running. Prefect UI: {stack.ui_url}. For other systems: {address}.")
        console.print("Ctrl-C stops; nothing is lost.")
        if as_json:
            state = str(chosen.state_dir)
            _tell({"ui": stack.ui_url, "api": stack.api_url, "http": address, "state": state})
        with _sending(stack.databases.application):
            wait_for_signal()
    return 0


def _tell(places: dict[str, str]) -> None:
    sys.stdout.write(json.dumps(places) + "\n")
    sys.stdout.flush()


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
