"""The ledger is only added to: by grants, by triggers, and by a chain that shows what was done."""

import hashlib
from collections import defaultdict
from typing import Any

import psycopg
import pytest
import rfc8785
from psycopg import errors
from psycopg.rows import dict_row

from tests.conftest import Database
from tests.factories import finished, journey_at
from tests.models.rows import execute, select

ONLY_ADDED_TO = {
    "ledger": "name",
    "command": "name",
    "identity.received": "received_from",
    "identity.person": "family_name",
    "identity.sealing_key": "created_at",
    "identity.access": "reason",
    "logger_file": "logger",
    "reading": "celsius",
}
"""Each table with one of its columns."""

CHANGES = ("UPDATE {} SET {} = {}", "DELETE FROM {}", "TRUNCATE {} CASCADE")


def _statement(change: str, table: str) -> str:
    column = ONLY_ADDED_TO[table]
    return change.format(table, column, column)


@pytest.mark.parametrize("table", ONLY_ADDED_TO)
@pytest.mark.parametrize("change", CHANGES)
def test_the_application_may_not_change_what_is_only_added_to(
    database: Database, table: str, change: str
):
    with pytest.raises(errors.InsufficientPrivilege):
        execute(database.application, _statement(change, table))


@pytest.mark.parametrize(
    "table", sorted(set(ONLY_ADDED_TO) - {"identity.received", "identity.access"})
)
@pytest.mark.parametrize("change", CHANGES)
def test_not_even_the_owner_may(database: Database, table: str, change: str):
    journey_at(database.app, "start-manufacture", "holoclar")
    with pytest.raises(errors.RestrictViolation, match="only added"):
        execute(database.owner_url, _statement(change, table))


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TABLE ledger",
        "ALTER TABLE ledger DISABLE TRIGGER ALL",
        "DROP TRIGGER ledger_no_row_change ON ledger",
        "CREATE RULE quiet AS ON INSERT TO ledger DO INSTEAD NOTHING",
        "ALTER TABLE ledger RENAME TO old_ledger",
        "SET session_replication_role = 'replica'",
        "CREATE TABLE public.ledger_copy (id int)",
        "INSERT INTO ledger SELECT * FROM ledger ON CONFLICT (id) DO UPDATE SET name = 'x'",
    ],
)
def test_the_application_may_not_take_the_guards_away(database: Database, statement: str):
    with pytest.raises(errors.InsufficientPrivilege):
        execute(database.application, statement)


def test_the_application_deletes_no_row_anywhere(database: Database):
    granted = select(
        database.app,
        "SELECT table_schema || '.' || table_name FROM information_schema.role_table_grants"
        " WHERE grantee = 'atmpflow_app' AND privilege_type IN ('DELETE', 'TRUNCATE', 'TRIGGER')",
    )
    assert granted == []


FACTS = (
    "journey_id", "seq", "name", "stage", "actor", "role", "occurred_at", "recorded_at",
    "command_id", "payload",
)  # fmt: skip


def _text(value: Any) -> Any:
    """A column as it is hashed: ids and moments as text, everything else as it is."""
    if hasattr(value, "tzinfo"):
        return value.strftime("%Y-%m-%dT%H:%M:%S.%f") + "Z"
    return value if isinstance(value, int | dict | str) else str(value)


def _breaks(url: str) -> list[tuple[str, int]]:
    """Where a chain is broken, computed here anew: SHA-256 over RFC 8785 and the hash before."""
    previous: dict[Any, bytes] = defaultdict(lambda: bytes(32))
    last: dict[Any, int] = defaultdict(int)
    broken: list[tuple[str, int]] = []
    with psycopg.connect(url.replace("+psycopg", ""), row_factory=dict_row) as connection:
        connection.execute("SET timezone = 'UTC'")
        rows = connection.execute("SELECT * FROM ledger ORDER BY journey_id, seq").fetchall()
        heads = connection.execute("SELECT id, head, version FROM journey").fetchall()
    for row in rows:
        journey = row["journey_id"]
        content = rfc8785.dumps({name: _text(row[name]) for name in FACTS})
        digest = hashlib.sha256(previous[journey] + content).digest()
        gapless = row["seq"] == last[journey] + 1
        if not (row["previous"] == previous[journey] and row["hash"] == digest and gapless):
            broken.append((row["name"], row["seq"]))
        previous[journey], last[journey] = digest, row["seq"]
    tails = [
        ("head", row["version"])
        for row in heads
        if (row["head"], row["version"]) != (previous[row["id"]], last[row["id"]])
    ]
    return broken + tails


def test_the_chain_verifies_by_an_independent_recomputation(own_database: Database):
    for product in ("aucatzyl", "ebvallo", "zolgensma", "holoclar"):
        finished(own_database.app, product)
    assert len(select(own_database.app, "SELECT 1 FROM ledger")) > 200
    assert _breaks(own_database.administrator) == []


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE ledger SET payload = payload || '{\"weight_kg\": 1}' WHERE payload ? 'weight_kg'",
        "UPDATE ledger SET actor = 'somebody-else' WHERE seq = 3",
        "UPDATE ledger SET occurred_at = occurred_at + interval '1 microsecond' WHERE seq = 3",
        "UPDATE ledger SET name = 'eligibility.declined' WHERE name = 'eligibility.confirmed'",
        "UPDATE ledger SET hash = decode(repeat('ab', 32), 'hex') WHERE seq = 3",
        "DELETE FROM ledger WHERE seq = 3",
        "DELETE FROM ledger WHERE seq = (SELECT max(seq) FROM ledger)",
    ],
)
def test_what_a_superuser_does_to_the_ledger_is_seen(own_database: Database, tampering: str):
    journey_at(own_database.app, "record-consent")
    assert _breaks(own_database.administrator) == []
    with psycopg.connect(own_database.administrator) as connection:
        connection.execute("ALTER TABLE ledger DISABLE TRIGGER ALL")
        connection.execute("ALTER TABLE outbox DISABLE TRIGGER ALL")
        statement: Any = tampering
        assert connection.execute(statement).rowcount == 1
    assert _breaks(own_database.administrator) != []
