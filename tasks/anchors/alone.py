"""One at a time makes anchors, or looks at which there are, on whichever machine."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine

from models.database import Connection, transaction

_ONE_AT_A_TIME = 4_158_123
"""Any constant that every maker knows."""


@contextmanager
def alone(engine: Engine) -> Iterator[Connection]:
    """A transaction during which no other anchor is made. Waits up to a minute for its turn."""
    with transaction(engine) as connection:
        # While the anchor is made this transaction stands still, for however long it takes.
        connection.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        connection.execute("SET LOCAL lock_timeout = '60s'")
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (_ONE_AT_A_TIME,))
        yield connection
