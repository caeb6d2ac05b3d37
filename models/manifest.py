"""What a backup says of itself: which record, how much of it, and the root over its heads."""

from datetime import datetime
from importlib.metadata import version
from typing import Any

from models.anchor import Standing, current_heads
from models.chain import moment_text
from models.database import Connection
from models.installation import installation
from models.tables import METADATA

FORMAT = 1

REVISION = "SELECT version_num FROM alembic_version"


def contents(connection: Connection) -> dict[str, Any]:
    """What the tables hold, as this transaction sees them; any version of them."""
    standing = Standing()
    standing.take(current_heads(connection))
    row: Any = connection.execute(REVISION).fetchone()
    return {
        "revision": row[0],
        "root": standing.root.hex(),
        "counts": {name: _count(connection, name) for name in _tables(connection)},
    }


def _tables(connection: Connection) -> list[str]:
    """Our tables that are there."""
    ours = sorted(table.fullname for table in METADATA.tables.values())
    found: Any = connection.execute(
        "SELECT name FROM unnest(%s::text[]) AS name WHERE to_regclass(name) IS NOT NULL", (ours,)
    ).fetchall()
    return [row[0] for row in found]


def _count(connection: Connection, table: str) -> int:
    row: Any = connection.execute(f"SELECT count(*) FROM {table}".encode()).fetchone()  # noqa: S608
    return row[0]


def manifest(
    connection: Connection, *, at: datetime, dump_sha256: str, dump_bytes: int
) -> dict[str, Any]:
    """Everything a restore holds a backup against."""
    ours = installation(connection)
    server: Any = connection.execute("SHOW server_version").fetchone()
    return {
        "format": FORMAT,
        "installation": str(ours) if ours else None,
        "at": moment_text(at),
        "atmpflow": version("atmpflow"),
        "postgresql": server[0],
        "dump": {"sha256": dump_sha256, "bytes": dump_bytes},
        **contents(connection),
    }
