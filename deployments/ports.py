"""Which port of this machine a server of ours listens on: the same one at every start."""

import socket
from pathlib import Path

from atmpflow.errors import Refused

HOST = "127.0.0.1"


def free_port(asked: int, file: Path, first: int, field: str) -> int:
    """The port asked for, else that of the last start so that bookmarks go on working.

    `file` keeps it between starts; `first` is tried at the very first, and `field` is the setting.
    Raises `Refused` (port-taken) where another program has the one asked for.
    """
    port = _asked_for(asked, field) if asked else _last(file, first)
    file.write_text(str(port))
    return port


def _last(file: Path, first: int) -> int:
    last = int(file.read_text()) if file.exists() else first
    return last if _free(last) else _any_port()


def _asked_for(port: int, field: str) -> int:
    if _free(port):
        return port
    raise Refused(
        code="port-taken",
        field=field,
        message=f"Something else listens on port {port}.",
        remedy=f"Set ATMPFLOW_{field.upper()} to another port, or to 0 for a free one.",
    )


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
