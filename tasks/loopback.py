"""Waiting on a loopback address for a browser to come back with a provider's answer (RFC 8252)."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from time import monotonic
from typing import Any
from urllib.parse import parse_qs, urlsplit

from atmpflow.errors import Refused

PATH = "/signed-in"
PAGE = b"<!doctype html><title>atmpflow</title><p>You can close this window and go back."


class _Listener(HTTPServer):
    """One answer, on this machine only."""

    answer: dict[str, str] | None = None


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if parts.path != PATH:
            self.send_error(404)
            return
        values = {name: one[0] for name, one in parse_qs(parts.query).items()}
        assert isinstance(self.server, _Listener)  # noqa: S101 - listening() makes no other
        self.server.answer = values
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(PAGE)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: the address holds the code."""


class Waiting:
    """Where the browser is to come back to, and what it brings."""

    def __init__(self, server: _Listener) -> None:
        self._server = server
        self.address = f"http://127.0.0.1:{server.server_port}{PATH}"

    def answer(self, seconds: float) -> dict[str, str]:
        """The parameters of the answer. Raises Refused `sign-in-timeout`."""
        until = monotonic() + seconds
        while self._server.answer is None and monotonic() < until:
            self._server.timeout = max(0.05, until - monotonic())
            self._server.handle_request()
        if self._server.answer is None:
            raise Refused(
                "sign-in-timeout",
                "",
                "Nobody came back from the identity provider in time.",
                "Sign anew, and open the address within two minutes.",
            )
        return self._server.answer


@contextmanager
def listening() -> Iterator[Waiting]:
    """Listen on a free port of this machine for one answer."""
    server = _Listener(("127.0.0.1", 0), _Handler)
    try:
        yield Waiting(server)
    finally:
        server.server_close()
