"""Which port of this machine a server of ours listens on: the same one at every start."""

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import gettempdir

from atmpflow.errors import Refused

HOST = "127.0.0.1"
TRIES = 3
"""A port that is free may be taken by another program before we hold it."""


@contextmanager
def holding_port(asked: int, file: Path, first: int, field: str) -> Iterator[int]:
    """The port asked for, else that of the last start so that bookmarks go on working.

    It is held before our server listens: of two installations that start at the same moment, the
    second would else be answered by the server of the first, and work for it. `file` keeps it
    between starts; `first` is tried at the very first, and `field` is the setting. Raises `Refused`
    (port-taken) where another program has the one asked for.
    """
    with ExitStack() as held:
        for port in [asked] if asked else _candidates(file, first):
            if _held(port, held) and _free(port):
                file.write_text(str(port))
                yield port
                return
    raise Refused(
        code="port-taken",
        field=field,
        message=f"Something else listens on port {asked}.",
        remedy=f"Set ATMPFLOW_{field.upper()} to another port, or to 0 for a free one.",
    )


def _candidates(file: Path, first: int) -> Iterator[int]:
    yield int(file.read_text()) if file.exists() else first
    yield from (_any_port() for _ in range(TRIES))


def _held(port: int, held: ExitStack) -> bool:
    """Whether no other installation of this user holds the port; from now on we do."""
    folder = Path(gettempdir()) / f"atmpflow-ports-{os.getuid()}"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        file = held.enter_context((folder / str(port)).open("a"))
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # where nothing can be written, whether it is free is all there is to ask
        return True
    return True


def _free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def _any_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
