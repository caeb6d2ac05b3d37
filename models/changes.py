"""What an event changes in the state tables, as plain values: insert, put or update a row."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import chain
from typing import Any

from psycopg.types.json import Jsonb
from pydantic_core import to_json
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


@dataclass(frozen=True, slots=True)
class Together:
    """Changes of different rows that one statement makes; foreign keys hold at its end.

    Up to 50 values: psycopg parses longer statements anew each time.
    """

    changes: tuple[Change, ...]
    notify: str = ""
    """The channel that hears of it at the commit."""


def table_name(table: type[SQLModel]) -> str:
    """The name in SQL, with its schema when it has one; quoted nowhere, for none needs it."""
    return str(table.__table__.fullname)  # pyright: ignore[reportAttributeAccessIssue]


@cache
def _insert_sql(table: str, columns: tuple[str, ...], key: tuple[str, ...]) -> str:
    places = ", ".join(["%s"] * len(columns))
    head = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})"  # noqa: S608
    if not key:
        return head
    sets = ", ".join(f"{column} = EXCLUDED.{column}" for column in columns if column not in key)
    return f"{head} ON CONFLICT ({', '.join(key)}) DO UPDATE SET {sets}"


@cache
def _update_sql(table: str, columns: tuple[str, ...], key: tuple[tuple[str, bool], ...]) -> str:
    sets = ", ".join(f"{column} = %s" for column in columns)
    where = " AND ".join(f"{name} IS NULL" if empty else f"{name} = %s" for name, empty in key)
    return f"UPDATE {table} SET {sets} WHERE {where}"  # noqa: S608


@cache
def _together_sql(statements: tuple[str, ...], channel: str) -> str:
    if channel:
        statements = (*statements, f"SELECT pg_notify('{channel}', '')")
    *firsts, last = statements
    heads = ", ".join(f"change_{number} AS ({text})" for number, text in enumerate(firsts))
    return f"WITH {heads} {last}" if firsts else last


def _adapt(values: Iterable[Any]) -> list[Any]:
    return [Jsonb(value, to_json) if isinstance(value, dict) else value for value in values]


def statement(change: Change | Together) -> tuple[str, list[Any]]:
    """The SQL of a change with its parameters, for psycopg."""
    if isinstance(change, Insert):
        return _insert_sql(table_name(change.table), tuple(change.values), ()), _adapt(
            change.values.values()
        )
    if isinstance(change, Put):
        values = {**change.key, **change.values}
        sql = _insert_sql(table_name(change.table), tuple(values), tuple(change.key))
        return sql, _adapt(values.values())
    if isinstance(change, Update):
        key = tuple((name, value is None) for name, value in change.key.items())
        present = (value for value in change.key.values() if value is not None)
        sql = _update_sql(table_name(change.table), tuple(change.values), key)
        return sql, _adapt(chain(change.values.values(), present))
    parts = [statement(one) for one in change.changes]
    sql = _together_sql(tuple(text for text, _ in parts), change.notify)
    return sql, [value for _, values in parts for value in values]
