"""Waiting for what must come about."""

import time
from collections.abc import Callable


def eventually(holds: Callable[[], object], *, within_s: float) -> None:
    """Look until it holds. Raises AssertionError when it does not within the time."""
    until = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < until, f"not within {within_s} s"
        time.sleep(0.05)
