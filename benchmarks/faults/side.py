"""What both sides can do, so that one course of faults serves for both."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from benchmarks.faults.machine import Machine

ROOT = Path(__file__).parents[2]
PATIENCE_S = 600
LOOK_EVERY_S = 1.0
LINGER_S = 8
"""Second effects come soon after the first; Prefect writes its own events every five seconds."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What became of events or deadlines: how many are on record, and what followed."""

    stored: int
    acted: int
    """How many had their side effect."""
    twice: int
    """Side effects above one each."""
    triggered: int
    """How many started something, as far as the engine's own record tells."""
    last_at: datetime | None = None


class Side(Protocol):
    """One engine under test."""

    name: str
    machine: Machine
    event: str

    @property
    def environment(self) -> Mapping[str, str]:
        """For processes that talk to it."""
        ...

    def labels(self, batch: str, count: int) -> Sequence[str]:
        """What the events of a batch are known by."""
        ...

    def counted(self, labels: Sequence[str]) -> Counted:
        """What became of these events."""
        ...

    def arm(self, batch: str, count: int, due_in_s: float) -> Sequence[str]:
        """Deadlines that will pass in so many seconds; returns their labels once all are set."""
        ...

    def fired(self, labels: Sequence[str]) -> Counted:
        """What became of these deadlines."""
        ...

    def scheduled_run(self, label: str) -> str:
        """A flow run that waits to be executed, its worker kept from it."""
        ...


class Sender:
    """A client's process: started before the fault, it sends when told to, and ends."""

    def __init__(self, side: Side) -> None:
        command = [sys.executable, "-m", "benchmarks.faults.sender", side.name]
        self._log = side.machine.folder / "sender.log"
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=dict(side.environment),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        assert self._read() == "ready", self._log.read_text(encoding="utf-8")[-2000:]

    def send(self, event: str, labels: Sequence[str], over_s: float) -> dict[str, int]:
        """Send all, evenly over so many seconds; returns when the client has ended, exit code 0."""
        assert self._process.stdin is not None
        asked = {"event": event, "labels": list(labels), "over_s": over_s}
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.close()
        told: dict[str, int] = json.loads(self._read())
        assert self._process.wait(PATIENCE_S) == 0, "the client did not end well"
        return told

    def stop(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()

    def _read(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()


@contextmanager
def sender(side: Side) -> Iterator[Sender]:
    """A client that is ready to send."""
    started = Sender(side)
    try:
        yield started
    finally:
        started.stop()


def settled(count: Callable[[], Counted], wanted: int, *, quiet_s: float) -> Counted:
    """What is counted once all of it is there, or nothing more has come for so long."""
    found, changed = count(), time.monotonic()
    until = changed + PATIENCE_S
    while found.acted < wanted and changed + quiet_s > time.monotonic() < until:
        time.sleep(LOOK_EVERY_S)
        latest = count()
        if latest != found:
            found, changed = latest, time.monotonic()
    time.sleep(LINGER_S)
    return count()


def eventually(holds: Callable[[], Any], *, within_s: float = 60) -> Any:
    """What `holds` gives once it is true. Raises TimeoutError."""
    until = time.monotonic() + within_s
    while not (found := holds()):
        if time.monotonic() > until:
            raise TimeoutError("the preparation of a fault did not come about")
        time.sleep(0.2)
    return found


def now() -> datetime:
    return datetime.now(UTC)
