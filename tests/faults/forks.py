"""Processes that are quick to make and may be killed: a server that has imported all, and forks.

The server is `fork_server.py`, `Forks` its client.
"""

import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

FAILED = 70
"""The exit code of a deed that raised what it did not expect."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a process ended: the signal that ended it (0 for none), or what its deed returned."""

    signal: int
    answer: Any = None

    @property
    def killed(self) -> bool:
        return self.signal == signal.SIGKILL


@dataclass(frozen=True, slots=True)
class Job:
    """What a process is to do, in which environment; `faults` as `models.fault.arm` reads them."""

    deed: Callable[..., Any]
    arguments: tuple[Any, ...]
    environment: Mapping[str, str]
    faults: str = ""


class Forks:
    """New processes on demand; each knows nothing of what the others had in memory."""

    def __init__(self, connection: Connection, environment: Mapping[str, str]) -> None:
        self._connection = connection
        self.environment = dict(environment)

    def begin(self, deed: Callable[..., Any], *arguments: Any, faults: str = "") -> int:
        """Start a process; returns its id."""
        self._connection.send(("begin", Job(deed, arguments, self.environment, faults)))
        return self._connection.recv()

    def stopped(self, pid: int) -> bool:
        """Wait until the process has stopped (SIGSTOP) or ended; true when it has stopped."""
        self._connection.send(("stopped", pid))
        return self._connection.recv()

    def runs(self, pid: int) -> bool:
        """Is the process still there, not even dead and unburied?"""
        self._connection.send(("runs", pid))
        return self._connection.recv()

    def ended(self, pid: int) -> Ended:
        """Wait for the end of a process. Raises AssertionError with what it failed of."""
        self._connection.send(("ended", pid))
        ended: Ended = self._connection.recv()
        assert not isinstance(ended.answer, Failure), ended.answer.text
        return ended

    def run(self, deed: Callable[..., Any], *arguments: Any, faults: str = "") -> Ended:
        """Start a process and wait for its end."""
        return self.ended(self.begin(deed, *arguments, faults=faults))


@dataclass(frozen=True, slots=True)
class Failure:
    """What a deed raised."""

    text: str


@contextmanager
def fork_server(environment: Mapping[str, str]) -> Iterator[Forks]:
    """A server whose processes find this environment on top of its own."""
    ours, theirs = socket.socketpair()
    command = [sys.executable, "-m", "tests.faults.fork_server", str(theirs.fileno())]
    with subprocess.Popen(command, pass_fds=[theirs.fileno()]) as process:
        theirs.close()
        connection = Connection(ours.detach())
        try:
            yield Forks(connection, environment)
        finally:
            connection.close()
            process.wait(20)
