"""Looking at rows and counting them, in plain SQL."""

# ruff: noqa: S608 - statements of the tests' own

from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy import Engine

from models.database import transaction
from models.tables import METADATA

EVERY_TABLE = sorted(table.fullname for table in METADATA.tables.values())


def select(engine: Engine, query: str, *values: Any) -> list[tuple[Any, ...]]:
    """The rows of a query."""
    with transaction(engine) as connection:
        statement: Any = query
        return connection.execute(statement, values).fetchall()


def execute(url: str, statement: str, *values: Any) -> int:
    """How many rows a statement changed, as the role of the URL."""
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        query: Any = statement
        return connection.execute(query, values).rowcount


def counts(engine: Engine) -> dict[str, int]:
    """How many rows every table has."""
    union = " UNION ALL ".join(f"SELECT '{table}', count(*) FROM {table}" for table in EVERY_TABLE)
    return dict(select(engine, union))  # type: ignore[arg-type]


def journey_row(engine: Engine, journey: UUID) -> tuple[Any, ...]:
    """Everything the journey's own row says."""
    return select(engine, "SELECT * FROM journey WHERE id = %s", journey)[0]
