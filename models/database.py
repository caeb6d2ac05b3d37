"""The engine and the one place that commits: `transaction()`, or `pipelined()` for short ones."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

import psycopg
from psycopg.pq import TransactionStatus
from sqlalchemy import Engine, create_engine, exc
from sqlmodel import Session

Connection = psycopg.Connection[tuple[object, ...]]
Cursor = psycopg.Cursor[tuple[object, ...]]
AWAY = (
    psycopg.OperationalError, psycopg.InterfaceError, exc.OperationalError, exc.InterfaceError,
)  # fmt: skip
"""What is raised while the database does not answer."""

# What a statement of a pipeline raises is ours to tell; psycopg would log its end as well.
logging.getLogger("psycopg").setLevel(logging.ERROR)


# A transaction that stands still for a minute, as long as a lease, is ended: others wait for its
# locks, and an anchor five minutes old must not miss what is committed later (models/anchor.py).
OPTIONS = (
    "-c timezone=UTC -c lock_timeout=10s -c search_path=public"
    " -c idle_in_transaction_session_timeout=60s"
)


def connect(url: str) -> Engine:
    """An engine on PostgreSQL through psycopg; every session speaks UTC.

    `url` reads `postgresql+psycopg://role@host/database`.
    """
    return create_engine(
        url,
        pool_size=8,
        max_overflow=8,
        pool_pre_ping=True,
        connect_args={"options": OPTIONS},
    )


@contextmanager
def transaction(engine: Engine) -> Iterator[Connection]:
    """One transaction on one connection; commits at the end, rolls back on any error."""
    with engine.connect() as pooled:
        connection = cast("Connection", pooled.connection.driver_connection)
        try:
            yield connection
            connection.commit()
        except BaseException:
            _undo(connection)
            raise


def _undo(connection: Connection) -> None:
    """Roll back, and keep what is prepared where no statement has failed: a refusal is no failure.

    psycopg's own rollback has the server forget every statement, and each is planned anew.
    """
    if connection.info.transaction_status == TransactionStatus.INTRANS:
        connection.pgconn.exec_(b"ROLLBACK")
    if connection.info.transaction_status != TransactionStatus.IDLE:
        connection.rollback()


@contextmanager
def pipelined(engine: Engine) -> Iterator[Connection]:
    """A transaction whose statements, and its commit, are sent without waiting for each answer.

    Fetching waits; what a statement violates may be raised by a later one, or at the end.
    """
    with engine.connect() as pooled:
        connection = cast("Connection", pooled.connection.driver_connection)
        connection.autocommit = True  # psycopg's own BEGIN and COMMIT would be waited for
        try:
            with connection.pipeline(), connection.cursor() as cursor:
                cursor.execute("BEGIN")
                yield connection
                cursor.execute("COMMIT")
        except BaseException:
            _undo(connection)
            raise
        finally:
            if not connection.closed:
                connection.autocommit = False


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """A session for looking; whatever it might change is rolled back."""
    with Session(engine, expire_on_commit=False) as session:
        yield session
        session.rollback()
