"""The embedded PostgreSQL: one cluster in the state directory, started by whoever comes first."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg

from atmpflow.errors import Refused
from deployments.cluster import PORT, Cluster, prepared
from deployments.roles import (
    APPLICATION_DATABASE,
    APPLICATION_ROLE,
    OWNER_ROLE,
    PREFECT_DATABASE,
    PREFECT_ROLE,
    Databases,
    ensure_roles_and_databases,
)

ADMINISTRATOR = "postgres"


@contextmanager
def running_postgres(state_dir: Path) -> Iterator[Databases]:
    """The databases of `state_dir`, with the server up for as long as anyone is inside.

    Any number of processes may be inside at once: the first starts the server, the last to leave
    stops it, and the data stays. A server left running by a killed process is taken over.

    Raises `Refused` (database-...) with a remedy where the server cannot be started.
    """
    cluster = prepared(state_dir)
    with _lock(state_dir / "postgres.users", fcntl.LOCK_SH) as users:
        with _lock(state_dir / "postgres.lock", fcntl.LOCK_EX):
            databases = _started(cluster)
        try:
            yield databases
        finally:
            with _lock(state_dir / "postgres.lock", fcntl.LOCK_EX):
                if _is_last(users):
                    cluster.stop()


def _started(cluster: Cluster) -> Databases:
    administrator = administrator_at(cluster.socket_dir)
    if not _answers(administrator):
        cluster.start()
    try:
        ensure_roles_and_databases(administrator)
    except psycopg.Error as error:
        raise Refused(
            code="database-not-usable",
            field="state_dir",
            message=f"The embedded database started, but refused to be set up: {error}",
            remedy=f"Read the end of {cluster.log}.",
        ) from error
    return databases_at(cluster.socket_dir)


def bring_back(cluster: Cluster) -> bool:
    """Start the server where its process is gone, and make anew what was dropped from it.

    Returns whether there was something to do. Raises `Refused` (database-...) when it failed.
    """
    if _is_whole(administrator_at(cluster.socket_dir)):
        return False
    with _lock(cluster.data.parent / "postgres.lock", fcntl.LOCK_EX):
        if not cluster.runs():
            cluster.start()
        _started(cluster)
    return True


def _is_whole(administrator: str) -> bool:
    wanted = [APPLICATION_DATABASE, PREFECT_DATABASE]
    query = "SELECT count(*) = 2 FROM pg_database WHERE datname = ANY(%s)"
    try:
        with psycopg.connect(administrator, connect_timeout=2) as connection:
            return connection.execute(query, (wanted,)).fetchone() == (True,)
    except psycopg.OperationalError:
        return False


def databases_at(socket_dir: Path) -> Databases:
    """The URL of each role on the server whose socket is in `socket_dir`."""
    where = _where(socket_dir)
    return Databases(
        application=f"postgresql+psycopg://{APPLICATION_ROLE}@/{APPLICATION_DATABASE}?{where}",
        owner=f"postgresql+psycopg://{OWNER_ROLE}@/{APPLICATION_DATABASE}?{where}",
        prefect=f"postgresql+asyncpg://{PREFECT_ROLE}@/{PREFECT_DATABASE}?{where}",
        administrator=administrator_at(socket_dir),
    )


def administrator_at(socket_dir: Path) -> str:
    """The libpq URL of the superuser on the server whose socket is in `socket_dir`."""
    return f"postgresql://{ADMINISTRATOR}@/postgres?{_where(socket_dir)}"


def _where(socket_dir: Path) -> str:
    # The port is named so that a PGPORT in the user's environment cannot change it.
    return f"host={quote(str(socket_dir))}&port={PORT}"


def _answers(administrator: str) -> bool:
    try:
        psycopg.connect(administrator, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


@contextmanager
def _lock(path: Path, kind: int) -> Iterator[int]:
    """An advisory lock that the operating system lets go of even when its holder is killed."""
    with path.open("a") as file:
        fcntl.flock(file, kind)
        yield file.fileno()


def _is_last(users: int) -> bool:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
