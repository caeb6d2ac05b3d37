"""Something taken away for a while, with the proof that it was away."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

LOOK_EVERY_S = 0.5


@dataclass
class Outage:
    """From when to when, and how often somebody looked meanwhile and found it there or not."""

    began: datetime
    ended: datetime | None = None
    found: int = 0
    missed: int = 0

    @property
    def seconds(self) -> float:
        assert self.ended is not None
        return (self.ended - self.began).total_seconds()

    def prove(self, seconds: float) -> None:
        """Raises AssertionError unless it was away the whole time: else nothing was tried."""
        assert self.seconds >= seconds, f"away for {self.seconds} s only"
        assert self.found == 0, f"it answered {self.found} times while it should have been away"
        assert self.missed > 0, "nobody looked whether it was away"


@contextmanager
def outage(
    stop: Callable[[], None],
    start: Callable[[], None],
    answers: Callable[[], bool],
    *,
    seconds: float,
) -> Iterator[Outage]:
    """Stop something for so long at least; the block runs meanwhile. Proved when it is over."""
    assert answers(), "it was away before"
    stop()
    away = Outage(datetime.now(UTC))
    over = threading.Event()
    watch = threading.Thread(target=_watch, args=(away, answers, over), daemon=True)
    watch.start()
    until = time.monotonic() + seconds
    try:
        yield away
        time.sleep(max(until - time.monotonic(), 0))
    finally:
        over.set()
        watch.join()
        away.ended = datetime.now(UTC)
        start()
    assert answers(), "it did not come back"
    away.prove(seconds)


def _watch(away: Outage, answers: Callable[[], bool], over: threading.Event) -> None:
    while True:
        if answers():
            away.found += 1
        else:
            away.missed += 1
        if over.wait(LOOK_EVERY_S):
            return
