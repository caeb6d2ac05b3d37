"""Which port a server of ours listens on: as asked for, as at the last start, or a free one."""

import socket
from pathlib import Path

from atmpflow.errors import Refused

HOST = "127.0.0.1"


def port_for(file: Path, asked: int, *, setting: str, first: int) -> int:
    """The port asked for, else that of the last start so that bookmarks go on working.

    `file` holds that of the last start, and `first` is tried before there was one. Raises Refused
    `port-taken`.
    """
    if asked:
        return _asked_for(asked, setting)
    last = int(file.read_text()) if file.exists() else first
    return last if _free(last) else _free_port()


def _asked_for(port: int, setting: str) -> int:
    if _free(port):
        return port
    raise Refused(
        code="port-taken",
        field=setting,
        message=f"Something else listens on port {port}.",
        remedy=f"Set ATMPFLOW_{setting.upper()} to another port, or to 0 for a free one.",
    )


def _free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
