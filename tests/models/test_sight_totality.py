"""Whatever the desk's role can read is held to a centre: asked of PostgreSQL's own catalogue."""

from typing import Any

import psycopg
import pytest

from models.database import transaction
from tests.conftest import Database

OPEN = {"organisation", "recall", "recall_closing"}
"""Read by everybody: they tell of no journey."""

READABLE = """
SELECT c.relname, c.relkind IN ('r', 'p') AND c.relrowsecurity,
    ARRAY(SELECT p.polname::text FROM pg_policy p WHERE p.polrelid = c.oid
        AND (0 = ANY (p.polroles) OR EXISTS (SELECT FROM unnest(p.polroles) r
            WHERE r <> 0 AND pg_has_role('atmpflow_desk', r, 'MEMBER'))))
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname !~ '^pg_|^information_schema$'
    AND has_schema_privilege('atmpflow_desk', n.oid, 'USAGE')
    AND has_any_column_privilege('atmpflow_desk', c.oid, 'SELECT')
"""

# A table tells of a journey where it names one, or refers to a table that does.
BEARING = """
WITH RECURSIVE bears (id) AS (
    SELECT 'journey'::regclass::oid
    UNION SELECT a.attrelid FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
        WHERE a.attname IN ('journey_id', 'record_id') AND c.relkind IN ('r', 'v')
    UNION SELECT f.conrelid FROM pg_constraint f JOIN bears b ON f.confrelid = b.id
        WHERE f.contype = 'f')
SELECT c.relname FROM bears b JOIN pg_class c ON c.oid = b.id
"""

WRITABLE = """
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v') AND n.nspname !~ '^pg_|^information_schema$'
    AND (has_any_column_privilege('atmpflow_desk', c.oid, 'INSERT, UPDATE')
        OR has_table_privilege('atmpflow_desk', c.oid, 'DELETE, TRUNCATE'))
"""

TRUSTED = """
SELECT p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE p.prosecdef AND n.nspname !~ '^pg_|^information_schema$'
    AND has_function_privilege('atmpflow_desk', p.oid, 'EXECUTE')
"""


def _rows(database: Database, query: str) -> list[Any]:
    with transaction(database.owner) as connection:
        return list(connection.execute(query.encode()).fetchall())


def test_whatever_the_desk_reads_has_row_security_and_the_centres_policy_alone(
    database: Database,
) -> None:
    found = {name: (secured, policies) for name, secured, policies in _rows(database, READABLE)}
    assert {"journey", "ledger", "custody", "finding", "logger_file", "signature_use"} <= set(found)
    assert {name for name, (secured, _) in found.items() if not secured} == OPEN
    held = {name: policies for name, (secured, policies) in found.items() if secured}
    assert {name for name, policies in held.items() if policies != ["of_own_centres"]} == set()


def test_nothing_that_tells_of_a_journey_is_open_to_everybody(database: Database) -> None:
    bearing = {name for (name,) in _rows(database, BEARING)}
    assert {"epcis_outcome", "logger_file", "deviation", "signature_void", "command"} <= bearing
    assert bearing & OPEN == set()


def test_the_desk_writes_no_table_at_all(database: Database) -> None:
    assert _rows(database, WRITABLE) == []


def test_the_desk_calls_one_function_that_sees_more_than_it_does(database: Database) -> None:
    assert _rows(database, TRUSTED) == [("referred_from_here",)]


def test_the_desk_is_held_to_policies(database: Database) -> None:
    query = (
        "SELECT rolsuper, rolbypassrls, rolcanlogin FROM pg_roles WHERE rolname = 'atmpflow_desk'"
    )
    assert _rows(database, query) == [(False, False, False)]


@pytest.mark.parametrize(
    "table",
    [
        "reading", "genealogy", "signature", "signature_void", "challenge", "epcis_document",
        "epcis_capture", "epcis_event", "epcis_outcome", "stock_unit", "outbox", "account",
        "appointment", "training", "credential", "sign_in", "sweep", "observation", "licence",
        "identity.person", "identity.received", "identity.access", "signature_broken",
        "recall_touched",
    ],
)  # fmt: skip
def test_what_has_no_policy_is_closed(database: Database, table: str) -> None:
    with transaction(database.app) as connection:
        connection.execute("SET LOCAL ROLE atmpflow_desk")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(f"SELECT FROM {table}".encode())
        connection.rollback()
