"""The database a command works on: reachable, migrated, and with the network's organisations."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from alembic.util import CommandError
from sqlalchemy import Engine, text
from sqlmodel import Session, select

from atmpflow.errors import Refused
from deployments.embedded import running_postgres
from deployments.roles import Databases
from deployments.settings import settings
from desk.prepare import prepare
from models.database import connect
from models.migrate import found, require_current, wanted
from models.network import Organisation, seed
from tasks.engine import URL

_PREPARING = 4_158_122
"""One at a time may migrate: any constant that every start knows."""


@contextmanager
def ready_database() -> Iterator[Engine]:
    """The application's engine on a database that is ready; the server is up while inside.

    `ATMPFLOW_APPLICATION_URL` names it; then `ATMPFLOW_DATABASE_URL` with its owner; else it is
    the embedded one of the state directory. Raises Refused `database-...` or `schema-version`.
    """
    with reachable_database() as (engine, databases):
        if databases is None:
            require_current(engine)
        elif not is_ready(engine):
            prepare_once(databases.owner)
        yield engine


@contextmanager
def reachable_database() -> Iterator[tuple[Engine, Databases | None]]:
    """The application's engine as it is; with the owner's URL, too, where it is known."""
    named = os.environ.get(URL)
    if named:
        with _engine(named) as engine:
            yield engine, None
        return
    with _databases() as databases, _engine(databases.application) as engine:
        yield engine, databases


@contextmanager
def owned_databases() -> Iterator[Databases]:
    """The database with its owner, for what only the owner may do.

    Raises Refused `database-owner-unknown` where `ATMPFLOW_APPLICATION_URL` names it alone.
    """
    if os.environ.get(URL):
        raise Refused(
            "database-owner-unknown",
            "database",
            f"{URL} names the database, but not its owner.",
            "Name both: ATMPFLOW_DATABASE_URL and ATMPFLOW_OWNER_DATABASE_URL.",
        )
    with _databases() as databases:
        yield databases


@contextmanager
def _databases() -> Iterator[Databases]:
    chosen = settings()
    if chosen.database_url and chosen.owner_database_url:
        yield Databases(application=chosen.database_url, owner=chosen.owner_database_url)
        return
    with running_postgres(chosen.state_dir) as databases:
        yield databases


@contextmanager
def _engine(url: str) -> Iterator[Engine]:
    engine = connect(url)
    try:
        yield engine
    finally:
        engine.dispose()


def is_ready(engine: Engine) -> bool:
    """Whether schema and organisations are those of this version."""
    return found(engine) == wanted() and _complete(engine)


def prepare_once(owner_url: str) -> None:
    """Prepare as the owner, one at a time.

    Raises Refused `schema-version` when the database is newer than this program.
    """
    with _engine(owner_url) as owner, owner.connect() as waiting:
        # Outside of any transaction, which would be ended while it stands still for long.
        waiting.execution_options(isolation_level="AUTOCOMMIT")
        waiting.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _PREPARING})
        try:
            prepare(owner_url)
        except CommandError:
            require_current(owner)
            raise


def _complete(engine: Engine) -> bool:
    with Session(engine) as session:
        known = set(session.exec(select(Organisation.ods_code)))
    return all(one.ods_code in known for one in seed())
