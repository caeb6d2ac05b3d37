"""Both sides side by side, each with its own PostgreSQL and Prefect server."""

import socket
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

from rich.console import Console

from benchmarks.faults.course import Measured, batches, course
from benchmarks.faults.ours import ours
from benchmarks.faults.peer import peer
from benchmarks.faults.plan import SIZE, Plan, plan
from benchmarks.faults.report import figures
from benchmarks.figures import Result


def run(size: int = SIZE) -> Result:
    """The same faults for each, at the same time, on the same machine."""
    chosen = plan(size)
    with tempfile.TemporaryDirectory(prefix="atmpflow-faults-") as base:
        peers, own = Path(base) / "peer", Path(base) / "ours"
        with ThreadPoolExecutor(2) as threads:
            together = Together()
            theirs = threads.submit(together.go, lambda: _theirs(peers, chosen, together.say))
            found = threads.submit(together.go, lambda: _own(own, chosen, together.say))
        # In the order in which they failed: the other one only stopped for it.
        for one in together.failed:
            raise one
        return Result("faults", size, figures(chosen, ours=found.result(), theirs=theirs.result()))


class Together:
    """Two courses, of which neither goes on alone."""

    def __init__(self) -> None:
        self.failed: list[BaseException] = []
        self._console = Console(stderr=True)

    def go(self, side: Callable[[], Measured]) -> Measured:
        try:
            return side()
        except BaseException as error:
            self.failed.append(error)
            raise

    def say(self, text: str) -> None:
        """How far one is. Raises AssertionError when the other has failed."""
        assert not self.failed, "the other side failed"
        self._console.print(text)


def _theirs(folder: Path, chosen: Plan, say: Callable[[str], None]) -> Measured:
    folder.mkdir()
    with peer(folder, _free_port()) as side:
        return course(side, chosen, say)


def _own(folder: Path, chosen: Plan, say: Callable[[str], None]) -> Measured:
    folder.mkdir()
    with ours(folder, _free_port(), batches(chosen)) as side:
        return course(side, chosen, say)


def _free_port() -> int:
    with ExitStack() as open_sockets:
        probe = open_sockets.enter_context(socket.socket())
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
