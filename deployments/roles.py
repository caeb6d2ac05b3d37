"""Who may touch which database: the roles and databases that atmpflow and Prefect need."""

from dataclasses import dataclass
from typing import LiteralString

import psycopg
from psycopg import sql

APPLICATION_DATABASE = "atmpflow"
PREFECT_DATABASE = "prefect"
OWNER_ROLE = "atmpflow_owner"
APPLICATION_ROLE = "atmpflow_app"
IDENTITY_ROLE = "atmpflow_identity"
"""Reads and writes identities; nobody logs in as it, the application takes it on for a moment."""
DESK_ROLE = "atmpflow_desk"
"""Looks at the journeys of some centres; taken on in the same way, for somebody who looks."""
PREFECT_ROLE = "prefect"

# Exclusion constraints over slots and custody intervals need btree_gist; Prefect needs pg_trgm.
EXTENSIONS = {APPLICATION_DATABASE: ("btree_gist",), PREFECT_DATABASE: ("pg_trgm",)}

# Two starts at the same time must not both create a role: any constant both of them know.
_LOCK = 4_158_121


@dataclass(frozen=True)
class Databases:
    """One SQLAlchemy URL for each role; `administrator` only where the server is our own."""

    application: str
    owner: str
    prefect: str | None = None
    administrator: str | None = None


def ensure_roles_and_databases(administrator_url: str) -> None:
    """Create roles, databases and extensions, and close each database to the other's roles.

    Idempotent: run it at every start. For the embedded server it is called for you; for a real
    one, call it once with an administrator's URL (libpq or SQLAlchemy form) and give the three
    login roles their passwords yourself (`ALTER ROLE ... PASSWORD`). It grants nothing on tables:
    the migrations, run by the owner, say what the application role may do with each.

    Raises `psycopg.Error` where the server cannot be reached or the role may not create.
    """
    url = plain(administrator_url)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", (_LOCK,))
        for role in (OWNER_ROLE, APPLICATION_ROLE, PREFECT_ROLE):
            _ensure_role(connection, role)
        for role in (IDENTITY_ROLE, DESK_ROLE):
            _ensure_taken_on(connection, role)
        _ensure_database(connection, APPLICATION_DATABASE, owner=OWNER_ROLE)
        _ensure_database(connection, PREFECT_DATABASE, owner=PREFECT_ROLE)
        grant = "GRANT CONNECT ON DATABASE {} TO {}"
        _run(connection, grant, APPLICATION_DATABASE, APPLICATION_ROLE)
        for database, extensions in EXTENSIONS.items():
            _ensure_extensions(url, database, extensions)


def plain(url: str) -> str:
    """The libpq form of a SQLAlchemy URL."""
    return "postgresql://" + url.split("://", 1)[1]


def _ensure_role(connection: psycopg.Connection, role: str) -> None:
    found = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,)).fetchone()
    if found is None:
        _run(connection, "CREATE ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE", role)


def _ensure_taken_on(connection: psycopg.Connection, role: str) -> None:
    """A role that the application may take on, and whose rights it does not have otherwise."""
    found = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,))
    if found.fetchone() is None:
        _run(connection, "CREATE ROLE {} NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE", role)
    grant = "GRANT {} TO {} WITH INHERIT FALSE, SET TRUE"
    _run(connection, grant, role, APPLICATION_ROLE)


def _ensure_database(connection: psycopg.Connection, database: str, *, owner: str) -> None:
    found = connection.execute(
        "SELECT 1 FROM pg_database WHERE datname = %s", (database,)
    ).fetchone()
    if found is None:
        _become_able_to_give_to(connection, owner)
        _run(connection, "CREATE DATABASE {} OWNER {}", database, owner)
    _run(connection, "REVOKE ALL ON DATABASE {} FROM PUBLIC", database)


def _become_able_to_give_to(connection: psycopg.Connection, owner: str) -> None:
    """On a managed server the administrator is no superuser and must be a member of the owner."""
    superuser = connection.execute(
        "SELECT FROM pg_roles WHERE rolname = current_user AND rolsuper"
    ).fetchone()
    if superuser is None:
        _run(connection, "GRANT {} TO CURRENT_USER", owner)


def _ensure_extensions(url: str, database: str, extensions: tuple[str, ...]) -> None:
    with psycopg.connect(url, dbname=database, autocommit=True) as connection:
        for extension in extensions:
            _run(connection, "CREATE EXTENSION IF NOT EXISTS {}", extension)


def _run(connection: psycopg.Connection, statement: LiteralString, *names: str) -> None:
    connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
