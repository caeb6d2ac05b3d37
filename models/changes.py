"""What an event changes in the state tables, as plain values: insert, put or update a row."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from psycopg.types.json import Jsonb
from sqlmodel import SQLModel


@dataclass(frozen=True, slots=True)
class Insert:
    """A new row; a constraint may refuse it."""

    table: type[SQLModel]
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Put:
    """A row that may be there already, found by `key`."""

    table: type[SQLModel]
    key: Mapping[str, Any]
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Update:
    """Rows found by `key`; a key of None means: where it is empty."""

    table: type[SQLModel]
    key: Mapping[str, Any]
    values: Mapping[str, Any]


Change = Insert | Put | Update


def table_name(table: type[SQLModel]) -> str:
    """The name in SQL, with its schema when it has one; quoted nowhere, for none needs it."""
    return str(table.__table__.fullname)  # pyright: ignore[reportAttributeAccessIssue]


@cache
def _insert_sql(table: str, columns: tuple[str, ...], key: tuple[str, ...]) -> str:
    places = ", ".join(f"%({column})s" for column in columns)
    head = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})"  # noqa: S608
    if not key:
        return head
    sets = ", ".join(f"{column} = EXCLUDED.{column}" for column in columns if column not in key)
    return f"{head} ON CONFLICT ({', '.join(key)}) DO UPDATE SET {sets}"


@cache
def _update_sql(table: str, columns: tuple[str, ...], key: tuple[str, ...]) -> str:
    sets = ", ".join(f"{column} = %({column})s" for column in columns)
    where = " AND ".join(f"{column} = %(key_{column})s" for column in key)
    return f"UPDATE {table} SET {sets} WHERE {where}"  # noqa: S608


def _adapt(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: Jsonb(value) if isinstance(value, dict) else value for key, value in values.items()
    }


def statement(change: Change) -> tuple[str, dict[str, Any]]:
    """The SQL of a change with its parameters, for psycopg."""
    if isinstance(change, Insert):
        return _insert_sql(table_name(change.table), tuple(change.values), ()), _adapt(
            change.values
        )
    if isinstance(change, Put):
        values = {**change.key, **change.values}
        return _insert_sql(table_name(change.table), tuple(values), tuple(change.key)), _adapt(
            values
        )
    present = {key: value for key, value in change.key.items() if value is not None}
    empty = [key for key, value in change.key.items() if value is None]
    sql = _update_sql(table_name(change.table), tuple(change.values), tuple(present))
    sql += "".join(f" AND {key} IS NULL" for key in empty)
    keys = {f"key_{key}": value for key, value in present.items()}
    return sql, {**_adapt(change.values), **keys}
