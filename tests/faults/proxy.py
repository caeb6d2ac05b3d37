"""A server between client and PostgreSQL that passes everything on, but may lose a reply.

What is lost is the reply to a COMMIT, after PostgreSQL has given it: the transaction is in the
database, and whoever asked for it only sees that the connection broke.
"""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import make_url

COMMITTED = b"COMMIT\0"
"""The body of the message that a COMMIT is complete."""


class Proxy:
    """Listens on this machine; `lose` says which of the coming replies is lost."""

    def __init__(self, url: str) -> None:
        self._target = make_url(url)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._lock = threading.Lock()
        self._countdown = 0
        self.lost = 0

    @property
    def url(self) -> str:
        """The database's URL with us between."""
        port = self._listening.getsockname()[1]
        user, database = self._target.username, self._target.database
        plain = "sslmode=disable&gssencmode=disable"
        return f"postgresql+psycopg://{user}@127.0.0.1:{port}/{database}?{plain}"

    def lose(self, number: int = 1) -> None:
        """Lose the reply to the so many'th COMMIT from now on; 0 loses none."""
        with self._lock:
            self._countdown = number

    def serve(self) -> None:
        with suppress(OSError):  # closed: the end
            while True:
                client, _ = self._listening.accept()
                server = socket.socket(socket.AF_UNIX)
                query = self._target.query
                server.connect(f"{query['host']}/.s.PGSQL.{query['port']}")
                for pump in (self._asked, self._told):
                    threading.Thread(target=pump, args=(client, server), daemon=True).start()

    def close(self) -> None:
        # A plain close would leave the thread that accepts waiting for ever.
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    def _asked(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while said := client.recv(65536):
                server.sendall(said)
        _end(client, server)

    def _told(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            for message in _messages(server):
                if message[5:] == COMMITTED and self._is_lost():
                    break
                client.sendall(message)
        _end(client, server)

    def _is_lost(self) -> bool:
        with self._lock:
            self._countdown -= 1
            lost = self._countdown == 0
            self.lost += lost
            return lost


def _messages(server: socket.socket) -> Iterator[bytes]:
    """What PostgreSQL says, message by message: a letter, the length of the rest, the rest."""
    said = b""
    while more := server.recv(65536):
        said += more
        while len(said) >= 5 and len(said) > (length := struct.unpack("!I", said[1:5])[0]):
            yield said[: length + 1]
            said = said[length + 1 :]


def _end(*sockets: socket.socket) -> None:
    for one in sockets:
        with suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
        one.close()


@contextmanager
def proxied(url: str) -> Iterator[Proxy]:
    """A proxy to the database at a URL, for as long as the block runs."""
    proxy = Proxy(url)
    serving = threading.Thread(target=proxy.serve, daemon=True)
    serving.start()
    try:
        yield proxy
    finally:
        proxy.close()
        serving.join(5)
