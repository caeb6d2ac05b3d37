"""A child process that never outlives its parent, and comes back when it dies by itself."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

RESTART_AFTER_S = 1.0


class Child:
    """One Python process of ours; its output is appended to `log`.

    Its standard input is a pipe from us: when we are killed the pipe closes, and
    `end_with_parent` in the child notices. That works on Linux and macOS alike, which has no
    parent-death signal.
    """

    def __init__(
        self, arguments: Sequence[str], *, log: Path, environment: Mapping[str, str]
    ) -> None:
        self._command = [sys.executable, *arguments]
        self._environment = dict(environment)
        self._stopping = threading.Event()
        self._keeper: threading.Thread | None = None
        self.log = log
        self.restarts = 0
        self._process = self._spawned()

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    @property
    def pid(self) -> int:
        return self._process.pid

    def keep(self) -> None:
        """From now on start it again, a second later, whenever it ends by itself."""
        self._keeper = threading.Thread(target=self._restart_until_stopped, daemon=True)
        self._keeper.start()

    def kill(self) -> None:
        """End it at once, whatever it is doing; where it is kept, a new one comes."""
        self._process.kill()

    def stop(self, grace_s: float) -> None:
        """Ask it to stop (SIGTERM); kill it when it has not within `grace_s` seconds."""
        self._stopping.set()
        self._process.terminate()
        if self._keeper is not None:
            self._keeper.join(grace_s)
        try:
            self._process.wait(grace_s)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdin is not None:
            self._process.stdin.close()

    def _restart_until_stopped(self) -> None:
        while True:
            self._process.wait()
            if self._stopping.wait(RESTART_AFTER_S):
                return
            self.restarts += 1
            self._process = self._spawned()

    def _spawned(self) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as output:
            return subprocess.Popen(  # noqa: S603 - this Python, our own module
                self._command,
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=self._environment,
                # Ctrl-C reaches a whole terminal group: the parent decides who stops when.
                start_new_session=True,
            )


@contextmanager
def child(
    arguments: Sequence[str], *, log: Path, environment: Mapping[str, str], grace_s: float = 10
) -> Iterator[Child]:
    """Run `python ARGUMENTS` until the block ends, however it ends."""
    started = Child(arguments, log=log, environment=environment)
    try:
        yield started
    finally:
        started.stop(grace_s)


def end_with_parent() -> None:
    """Called by a child first thing: stop as if asked to, as soon as the parent is gone."""
    threading.Thread(target=_wait_for_parent, name="end-with-parent", daemon=True).start()


def _wait_for_parent() -> None:
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
