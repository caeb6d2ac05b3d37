"""An event counts as handed over when the receiver has said so, and not a moment before."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from deployments.events import EventPost, Unavailable
from deployments.relay import deliver
from tests.conftest import Database
from tests.factories import opened
from tests.models.rows import select

STILL_TO_TELL = "SELECT count(*) FROM outbox WHERE delivered_at IS NULL"
STILL_TO_WAKE = "SELECT count(*) FROM reaction WHERE woken_at IS NULL AND done_at IS NULL"


def _deliver(database: Database, url: str) -> int:
    async def once() -> int:
        async with EventPost(url) as post:
            return await deliver(database.app, post)

    return asyncio.run(once())


def _waiting(database: Database) -> tuple[int, int]:
    told, woken = (select(database.app, query)[0][0] for query in (STILL_TO_TELL, STILL_TO_WAKE))
    return told, woken


@contextmanager
def _receiver(status: int) -> Iterator[str]:
    """A server that reads whatever is posted to it and answers with one status."""

    class Answering(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing."""

    with HTTPServer(("127.0.0.1", 0), Answering) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@contextmanager
def _nobody() -> Iterator[str]:
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))  # bound and not listening: refused at once
        yield f"http://127.0.0.1:{reserved.getsockname()[1]}"


def test_what_nobody_took_is_kept_and_what_was_taken_is_sent_once(own_database: Database):
    opened(own_database.app)
    before = _waiting(own_database)
    assert min(before) >= 1
    for away in (_nobody(), _receiver(503)):
        with away as url, pytest.raises(Unavailable):
            _deliver(own_database, url)
        assert _waiting(own_database) == before
    with _receiver(204) as url:
        assert _deliver(own_database, url) == sum(before)
        assert _waiting(own_database) == (0, 0)
        assert _deliver(own_database, url) == 0
