"""Keeping a process and its database sessions on one core: while one works the other waits.

So neither waits to be woken on another core. Where the system cannot do it, nothing is done.
"""

import os
import sys
from contextlib import suppress

import psycopg


def stay(number: int) -> None:
    """This process on one of the cores that it may use."""
    if sys.platform == "linux":
        cores = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, {cores[number % len(cores)]})


def beside(connection: psycopg.Connection[object]) -> None:
    """The session's own process where this one may run; another user's stays as it is."""
    if sys.platform == "linux":
        with suppress(OSError):
            os.sched_setaffinity(connection.info.backend_pid, os.sched_getaffinity(0))
