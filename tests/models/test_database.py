"""A transaction that is undone leaves nothing, and costs the next one nothing."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import psycopg
import pytest
from sqlalchemy import Engine

from models.database import Connection, pipelined, transaction
from tests.conftest import Database

OFTEN = 7
"""More often than psycopg sees a statement before it prepares it."""
ASK = "SELECT count(*) FROM sscc_counter WHERE used > %s"
PREPARED = "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%FROM sscc_counter%'"
WRITE = "INSERT INTO sscc_counter (company_prefix, used) VALUES ('9999999', 1)"
Begin = Callable[[Engine], AbstractContextManager[Connection]]


class Stopped(Exception):
    """Somebody decided otherwise."""


def _asked_often(engine: Engine) -> None:
    for _ in range(OFTEN):
        with transaction(engine) as connection:
            connection.execute(ASK, (0,))


def _one(engine: Engine, query: str) -> object:
    with transaction(engine) as connection:
        return (connection.execute(query.encode()).fetchone() or (None,))[0]


def _write_and_stop(engine: Engine, begin: Begin) -> None:
    with begin(engine) as connection:
        connection.execute(WRITE)
        raise Stopped


def _fail(engine: Engine, begin: Begin) -> None:
    with begin(engine) as connection:
        connection.execute("SELECT 1/0")
        connection.execute(ASK, (0,))


@pytest.mark.parametrize("begin", [transaction, pipelined])
def test_what_was_decided_against_is_undone_and_statements_stay_prepared(
    own_database: Database, begin: Begin
):
    _asked_often(own_database.app)
    before = _one(own_database.app, "SELECT count(*) FROM sscc_counter")
    with pytest.raises(Stopped):
        _write_and_stop(own_database.app, begin)
    assert _one(own_database.app, "SELECT count(*) FROM sscc_counter") == before
    assert _one(own_database.app, PREPARED) == 1


@pytest.mark.parametrize("begin", [transaction, pipelined])
def test_after_a_statement_that_failed_everything_is_prepared_anew(
    own_database: Database, begin: Begin
):
    _asked_often(own_database.app)
    with pytest.raises(psycopg.errors.DivisionByZero):
        _fail(own_database.app, begin)
    assert _one(own_database.app, PREPARED) == 0
    _asked_often(own_database.app)
    assert _one(own_database.app, PREPARED) == 1
