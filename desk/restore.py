"""Putting a backup back: loaded aside, held against its manifest, the rules and the anchors."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, LiteralString

import psycopg
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from atmpflow.errors import Refused
from deployments.dump import load
from deployments.roles import (
    APPLICATION_DATABASE,
    APPLICATION_ROLE,
    EXTENSIONS,
    OWNER_ROLE,
    Databases,
    plain,
)
from desk.backup import Backup
from desk.prepare import check_key
from models.database import connect, transaction
from models.invariants.checker import Report
from models.manifest import contents
from models.migrate import configuration, migrate
from tasks import clock
from tasks.verify import verified

ASIDE = "atmpflow_restoring"
LEAVING_S = 5.0
"""How long a closed connection may still be listed; PostgreSQL's own renaming waits as long."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore found, and whether the record is in its place now."""

    report: Report
    in_place: bool
    kept: str = ""
    """The database that was there before, under another name."""
    differs: tuple[str, ...] = field(default=())
    """What is not as the manifest says."""

    @property
    def whole(self) -> bool:
        return not (self.report.violations or self.differs)


def restore(
    backup: Backup, databases: Databases, *, replace_journeys: bool, despite_findings: bool
) -> Restored:
    """Load a backup aside, verify it as of its own moment, and put it in place if it is whole.

    On a server of one's own it is loaded into the database that is named, which must be empty.
    Raises Refused `backup-newer`, `restore-over-journeys`, `database-in-use`, `restore-failed`,
    or what is wrong with the key of the identities.
    """
    _require_known(backup.says["revision"])
    _require_free(databases, replace_journeys=replace_journeys)
    if databases.administrator is None:
        _empty(databases.owner)
        return _loaded(backup, databases)
    _require_unused(databases.administrator)
    aside = _aside(databases)
    with _new_database(databases.administrator):
        found = _loaded(backup, aside)
        if not (found.whole or despite_findings):
            return replace(found, in_place=False)
        return replace(found, kept=_put_in_place(databases.administrator))


def _require_known(revision: str) -> None:
    try:
        ScriptDirectory.from_config(configuration()).get_revision(revision)
    except CommandError:
        raise Refused(
            "backup-newer",
            "file",
            f"The backup has tables of version {revision}, which this program does not know.",
            "Restore with the version of atmpflow that made it, or a newer one.",
        ) from None


def _journeys(url: str) -> int:
    with psycopg.connect(plain(url)) as connection:
        table: Any = connection.execute("SELECT to_regclass('journey')").fetchone()
        if table[0] is None:
            return 0
        row: Any = connection.execute("SELECT count(*) FROM journey").fetchone()
    return row[0]


def _require_free(databases: Databases, *, replace_journeys: bool) -> None:
    journeys = _journeys(databases.owner)
    if not journeys or (replace_journeys and databases.administrator):
        return
    remedy = (
        "With --replace the backup takes its place, and what is there now is kept beside it."
        if databases.administrator
        else "Make an empty database, name it in the settings, and restore there."
    )
    found = f"The database holds {journeys} journeys."
    raise Refused("restore-over-journeys", "", found, remedy)


def _require_unused(administrator: str) -> None:
    """Nobody is connected; who has just left is waited for, for the server is slower to say so."""
    deadline = time.monotonic() + LEAVING_S
    with psycopg.connect(administrator, autocommit=True) as connection:
        while _connected(connection):
            if time.monotonic() > deadline:
                raise _in_use()
            time.sleep(0.05)


def _connected(connection: psycopg.Connection) -> bool:
    """Is there anybody but the server's own vacuuming, which gives way?"""
    query = (
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = %s AND backend_type = 'client backend'"
    )
    row: Any = connection.execute(query, (APPLICATION_DATABASE,)).fetchone()
    return row[0] > 0


def _in_use() -> Refused:
    return Refused(
        "database-in-use",
        "",
        "Somebody works on the database.",
        "Stop `atmpflow up` and every other command on this state directory first.",
    )


def _aside(databases: Databases) -> Databases:
    old, new = f"/{APPLICATION_DATABASE}?", f"/{ASIDE}?"
    application = databases.application.replace(old, new)
    return Databases(application=application, owner=databases.owner.replace(old, new))


@contextmanager
def _new_database(administrator: str) -> Iterator[None]:
    """An empty database aside; gone afterwards unless it was put in place."""
    drop = "DROP DATABASE IF EXISTS {} WITH (FORCE)"
    with psycopg.connect(administrator, autocommit=True) as connection:
        _run(connection, drop, ASIDE)
        _run(connection, "CREATE DATABASE {} OWNER {}", ASIDE, OWNER_ROLE)
        _run(connection, "REVOKE ALL ON DATABASE {} FROM PUBLIC", ASIDE)
        _run(connection, "GRANT CONNECT ON DATABASE {} TO {}", ASIDE, APPLICATION_ROLE)
    try:
        with psycopg.connect(administrator, dbname=ASIDE, autocommit=True) as inside:
            for extension in EXTENSIONS[APPLICATION_DATABASE]:
                _run(inside, "CREATE EXTENSION IF NOT EXISTS {}", extension)
        yield
    finally:
        with psycopg.connect(administrator, autocommit=True) as connection:
            _run(connection, drop, ASIDE)


def _run(connection: psycopg.Connection, statement: LiteralString, *names: str) -> None:
    connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def _empty(owner_url: str) -> None:
    """Take away tables without journeys, as a first start leaves them."""
    user = conninfo_to_dict(plain(owner_url))["user"]
    with psycopg.connect(plain(owner_url), autocommit=True) as connection:
        _run(connection, "DROP OWNED BY {} CASCADE", str(user))
        connection.execute("CREATE SCHEMA IF NOT EXISTS public")


def _loaded(backup: Backup, databases: Databases) -> Restored:
    """Load, hold against the manifest, migrate, and verify as of the backup's own moment."""
    load(databases.owner, backup.file)
    owner, application = connect(databases.owner), connect(databases.application)
    try:
        with transaction(owner) as connection:
            differs = _differs(backup.says, contents(connection))
        migrate(owner)
        check_key(owner)
        report = verified(application, at=datetime.fromisoformat(backup.says["at"]))
    finally:
        owner.dispose()
        application.dispose()
    return Restored(report, in_place=True, differs=differs)


def _differs(says: dict[str, Any], has: dict[str, Any]) -> tuple[str, ...]:
    wrong = [name for name in ("revision", "root") if says[name] != has[name]]
    counts = says["counts"]
    tables = sorted({*counts, *has["counts"]})
    wrong += [name for name in tables if counts.get(name) != has["counts"].get(name)]
    return tuple(wrong)


def _put_in_place(administrator: str) -> str:
    """The new database takes the old one's name, which is kept under another: both or neither."""
    before = f"{APPLICATION_DATABASE}_before_{clock.wall():%Y%m%d_%H%M%S_%f}"
    try:
        with psycopg.connect(administrator) as connection:
            _run(connection, "ALTER DATABASE {} RENAME TO {}", APPLICATION_DATABASE, before)
            _run(connection, "ALTER DATABASE {} RENAME TO {}", ASIDE, APPLICATION_DATABASE)
    except psycopg.errors.ObjectInUse:
        raise _in_use() from None
    return before
