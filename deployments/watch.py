"""Watching what an installation consists of, and bringing back what does not come by itself.

A process that ends is started again by `child.py`; here is what that cannot see: PostgreSQL's own
process, a dropped database, a Prefect server that runs but does not serve, and a worker that runs
but does not work.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import httpx
import psycopg

from deployments.child import Child
from deployments.cluster import prepared
from deployments.embedded import bring_back
from deployments.reporting import last_report
from deployments.roles import plain
from deployments.server import START_TIMEOUT_S, Server

LOOK_EVERY_S = 2.0
PATIENCE_S = 15.0
"""So long a server may leave every request unanswered before it is ended and started anew."""
ANSWER_WITHIN_S = 10.0
SILENCE_S = 75.0
"""So long a worker may not report to a server that answers; it should every 10 s (`server.py`)."""

log = logging.getLogger(__name__)

Look = Callable[[], None]


@contextmanager
def watching(look: Look, *, every_s: float = LOOK_EVERY_S) -> Iterator[None]:
    """Look again and again beside the block; a look that fails is logged, and the next comes."""
    over = threading.Event()
    thread = threading.Thread(target=_watch, args=(look, every_s, over), daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _watch(look: Look, every_s: float, over: threading.Event) -> None:
    while not over.wait(every_s):
        try:
            look()
        except Exception:
            log.exception("A look at the installation failed; the next one is soon")


def embedded_database(state_dir: Path) -> Look:
    """Has the embedded PostgreSQL ended, or was a database dropped? Then bring it back."""
    cluster = prepared(state_dir)

    def look() -> None:
        if bring_back(cluster):
            log.warning("The embedded database was away and is back")

    return look


class ServerLook:
    """Does the Prefect server serve? One that only runs is ended, so that a new one starts.

    A new one makes its tables where they are gone. While the database itself does not answer the
    server is left alone: it goes on by itself when that is back.
    """

    def __init__(self, process: Child, api_url: str, database_url: str) -> None:
        self._process = process
        self._api_url = api_url
        self._database_url = plain(database_url)
        self._until = time.monotonic() + PATIENCE_S

    def __call__(self) -> None:
        if self._serves() or not self._database_answers():
            self._until = time.monotonic() + PATIENCE_S
        elif time.monotonic() > self._until:
            log.warning("The Prefect server does not serve and is started anew")
            self._process.kill()
            self._until = time.monotonic() + START_TIMEOUT_S

    def _serves(self) -> bool:
        """Asks for something that is in a table; its health only says that it runs."""
        url = f"{self._api_url}/work_pools/filter"
        try:
            with httpx.Client(timeout=ANSWER_WITHIN_S, trust_env=False) as client:
                return client.post(url, json={"limit": 1}).is_success
        except httpx.HTTPError:
            return False

    def _database_answers(self) -> bool:
        try:
            psycopg.connect(self._database_url, connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True


class WorkerLook:
    """Does the worker report to Prefect? One that only runs is ended, so that a new one starts.

    It may wait for ever to tell of a run that the server no longer knows. What runs do is in whole
    transactions, and the next worker takes over what was claimed. While the server itself does not
    answer the worker is left alone.
    """

    def __init__(self, process: Child, api_url: str, work_pool: str) -> None:
        self._process = process
        self._where = api_url, work_pool
        self._newest: datetime | None = None
        self._until = 0.0

    def __call__(self) -> None:
        with httpx.Client(timeout=ANSWER_WITHIN_S, trust_env=False) as client:
            newest = last_report(client, *self._where)
        if newest is None or newest != self._newest:
            self._until = time.monotonic() + SILENCE_S
        elif time.monotonic() > self._until:
            log.warning("The worker does not report and is started anew")
            self._process.kill()
            self._until = time.monotonic() + START_TIMEOUT_S
        self._newest = newest


@contextmanager
def watched_server(server: Server, database_url: str | None) -> Iterator[None]:
    """The block, with our own Prefect server watched; another's is not ours to end."""
    if server.process is None or database_url is None:
        yield
        return
    with watching(ServerLook(server.process, server.api_url, database_url)):
        yield
