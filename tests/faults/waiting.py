"""Waiting for what must come about."""

import time
from collections.abc import Callable


def eventually(holds: Callable[[], object], *, within_s: float) -> None:
    """Look until it holds. Raises AssertionError, with the last look, when it does not in time."""
    until = time.monotonic() + within_s
    while not (last := holds()):
        assert time.monotonic() < until, f"not within {within_s} s: {last}"
        time.sleep(0.1)
