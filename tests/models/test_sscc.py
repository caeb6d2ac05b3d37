"""A shipper's code is given once, has a right check digit, and ends where its prefix does."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from atmpflow.codes import gs1
from atmpflow.errors import Refused
from models.database import transaction
from models.sscc import next_sscc
from tests.conftest import Database
from tests.models.rows import execute, select


def _next(database: Database, prefix: str) -> str:
    with transaction(database.app) as connection:
        return next_sscc(connection, prefix)


def _new_prefix() -> str:
    """One that no other test counts below."""
    return f"5{uuid4().int % 10**7:07}"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(prefix=st.from_regex(r"[0-9]{4,10}", fullmatch=True))
def test_a_code_begins_with_its_prefix_is_right_and_never_comes_twice(
    database: Database, prefix: str
):
    first, second = (_next(database, prefix) for _ in range(2))
    assert first != second
    for code in (first, second):
        assert gs1.sscc(code, "sscc") == code
        assert code[1:].startswith(prefix)


def test_who_asks_at_the_same_moment_gets_another(database: Database):
    prefix = _new_prefix()
    with ThreadPoolExecutor(4) as pool:
        given = list(pool.map(lambda _: _next(database, prefix), range(24)))
    assert len(set(given)) == len(given)


def test_a_prefix_that_leaves_no_more_numbers_is_refused_and_nothing_is_counted(
    database: Database,
):
    prefix = f"7{uuid4().int % 10**11:011}"
    execute(database.application, "INSERT INTO sscc_counter VALUES (%s, 9999)", prefix)
    with pytest.raises(Refused) as refused:
        _next(database, prefix)
    assert refused.value.code == "gs1-number"
    query = "SELECT used FROM sscc_counter WHERE company_prefix = %s"
    assert select(database.app, query, prefix) == [(9999,)]


def test_a_code_of_another_shipment_and_one_that_is_none_are_refused_by_the_database(
    database: Database,
):
    for code, constraint in (("12", "shipment_sscc"), ("x" * 18, "shipment_sscc")):
        with pytest.raises(psycopg.errors.CheckViolation) as error:
            execute(
                database.application,
                "INSERT INTO shipment (id, journey_id, leg, courier, reference, sender, receiver,"
                " sscc) VALUES (gen_random_uuid(), gen_random_uuid(), 'outbound', 'c', 'r', 's',"
                " 't', %s)",
                code,
            )
        assert error.value.diag.constraint_name == constraint
