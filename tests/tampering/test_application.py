"""As the application, every way of changing what is only added to is refused by the database."""

# ruff: noqa: E501 - a line an attack

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import errors

from tasks.verify import verified
from tests.conftest import Database, serving
from tests.factories import journey_at
from tests.models.rows import select

REFUSED = (errors.InsufficientPrivilege, errors.FeatureNotSupported)

ATTACKS = {
    "update": "UPDATE ledger SET actor = 'somebody'",
    "update from another table": "UPDATE ledger l SET actor = 'x' FROM journey j WHERE j.id = l.journey_id",
    "delete": "DELETE FROM ledger",
    "delete returning": "WITH gone AS (DELETE FROM command RETURNING 1) SELECT * FROM gone",
    "truncate": "TRUNCATE ledger CASCADE",
    "truncate and start again": "TRUNCATE reaction RESTART IDENTITY CASCADE",
    "insert or update": "INSERT INTO ledger SELECT * FROM ledger ON CONFLICT (id) DO UPDATE SET actor = 'x'",
    "insert or update by key": "INSERT INTO command SELECT * FROM command ON CONFLICT (id) DO UPDATE SET actor = 'x'",
    "merge, update": "MERGE INTO ledger l USING ledger s ON s.id = l.id WHEN MATCHED THEN UPDATE SET actor = 'x'",
    "merge, delete": "MERGE INTO ledger l USING ledger s ON s.id = l.id WHEN MATCHED THEN DELETE",
    "lock for update": "SELECT * FROM ledger FOR UPDATE",
    "lock the table": "DO $$ BEGIN LOCK TABLE ledger IN ACCESS EXCLUSIVE MODE; END $$",
    "copy from a file": "COPY ledger FROM '/dev/null'",
    "copy from a program": "COPY ledger FROM PROGRAM 'true'",
    "copy to a program": "COPY ledger TO PROGRAM 'cat'",
    "drop": "DROP TABLE ledger CASCADE",
    "drop the schema": "DROP SCHEMA public CASCADE",
    "drop what is owned": "DROP OWNED BY atmpflow_owner",
    "rename and put another there": "ALTER TABLE ledger RENAME TO ledger_before",
    "move to another schema": "ALTER TABLE ledger SET SCHEMA identity",
    "drop a column": "ALTER TABLE ledger DROP COLUMN actor",
    "another type": "ALTER TABLE ledger ALTER COLUMN actor TYPE text USING 'x'",
    "drop a constraint": "ALTER TABLE ledger DROP CONSTRAINT uq_ledger_id",
    "take the table": "ALTER TABLE ledger OWNER TO atmpflow_app",
    "hide rows": "ALTER TABLE ledger ENABLE ROW LEVEL SECURITY",
    "inherit": "ALTER TABLE ledger INHERIT command",
    "detach a partition": "ALTER TABLE ledger DETACH PARTITION ledger",
    "disable triggers": "ALTER TABLE ledger DISABLE TRIGGER ALL",
    "drop a trigger": "DROP TRIGGER ledger_no_row_change ON ledger",
    "a trigger of one's own": "CREATE TRIGGER mine BEFORE INSERT ON ledger FOR EACH ROW EXECUTE FUNCTION refuse_change()",
    "another guard": "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    "drop the guard": "DROP FUNCTION refuse_change() CASCADE",
    "a rule": "CREATE RULE quiet AS ON INSERT TO ledger DO INSTEAD NOTHING",
    "a view": "CREATE VIEW public.seen AS SELECT * FROM ledger",
    "a table": "CREATE TABLE public.ledger_copy (id int)",
    "a function": "CREATE FUNCTION public.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "a schema": "CREATE SCHEMA mine",
    "a table in another's place": "CREATE TEMP TABLE ledger (id int)",
    "an extension": "CREATE EXTENSION dblink",
    "a language": "CREATE LANGUAGE plpython3u",
    "as a replica": "SET session_replication_role = 'replica'",
    "another's rights": "SET ROLE atmpflow_owner",
    "the superuser's rights": "SET SESSION AUTHORIZATION postgres",
    "member of the owner": "GRANT atmpflow_owner TO atmpflow_app",
    "a role": "CREATE ROLE mine SUPERUSER",
    "its own role": "ALTER ROLE atmpflow_app SUPERUSER",
    "settings of the server": "ALTER SYSTEM SET fsync = off",
    "settings of the database": "ALTER DATABASE atmpflow SET search_path = mine",
    "reload": "SELECT pg_reload_conf()",
    "catalog": "UPDATE pg_catalog.pg_trigger SET tgenabled = 'D'",
    "catalog, rows": "DELETE FROM pg_catalog.pg_class WHERE relname = 'ledger'",
    "a file of the server": "SELECT pg_read_file('PG_VERSION')",
    "write a file of the server": "SELECT lo_export(1, '/dev/null')",
    "reset a sequence": "SELECT setval(pg_get_serial_sequence('reaction', 'id'), 1)",
    "start a sequence again": "ALTER TABLE reaction ALTER COLUMN id RESTART",
    "end other sessions": "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename <> current_user AND usename IS NOT NULL",
    "comment": "COMMENT ON TABLE ledger IS 'x'",
    "statistics off": "ALTER TABLE ledger SET (autovacuum_enabled = off)",
    "vacuum away": "CLUSTER ledger USING pk_ledger",
    "read identities": "SELECT nhs_number FROM identity.person",
    "another record": "UPDATE installation SET id = gen_random_uuid()",
    "no record": "DELETE FROM installation",
}  # fmt: skip


@pytest.fixture(scope="module")
def recorded(prepared_database: Database) -> Iterator[Database]:
    """A database in which there is something to attack."""
    with serving(prepared_database):
        journey_at(prepared_database.app, "record-consent")
        yield prepared_database


def _everything(database: Database) -> list[tuple[Any, ...]]:
    """What the ledger and the commands hold, and what guards them."""
    return [
        *select(database.owner, "SELECT md5(string_agg(l::text, '' ORDER BY id)) FROM ledger l"),
        *select(database.owner, "SELECT md5(string_agg(c::text, '' ORDER BY id)) FROM command c"),
        *select(
            database.owner,
            "SELECT tgrelid::regclass::text, tgname, tgenabled::text FROM pg_trigger"
            " WHERE NOT tgisinternal ORDER BY 1, 2",
        ),
        *select(
            database.owner,
            "SELECT oid::regclass::text, relacl::text, relowner::regrole::text FROM pg_class"
            " WHERE relname IN ('ledger', 'command', 'reaction', 'installation')",
        ),
    ]


@pytest.mark.parametrize("attack", ATTACKS)
def test_the_application_is_refused(recorded: Database, attack: str) -> None:
    before = _everything(recorded)
    statement: Any = ATTACKS[attack]
    url = recorded.application.replace("+psycopg", "")
    with psycopg.connect(url, autocommit=True) as connection, pytest.raises(REFUSED):
        connection.execute(statement)
    assert _everything(recorded) == before


def test_the_application_cannot_give_itself_a_right(recorded: Database) -> None:
    before = _everything(recorded)
    url = recorded.application.replace("+psycopg", "")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("GRANT UPDATE, DELETE, TRUNCATE ON ledger, command TO atmpflow_app")
    assert _everything(recorded) == before


def test_another_search_path_leads_to_no_other_ledger(recorded: Database) -> None:
    """There is nowhere that the application could put a table of the same name."""
    with psycopg.connect(recorded.application.replace("+psycopg", "")) as connection:
        connection.execute("SET search_path = pg_temp, identity, public")
        row: Any = connection.execute("SELECT 'ledger'::regclass::oid").fetchone()
        ours: Any = connection.execute("SELECT 'public.ledger'::regclass::oid").fetchone()
        assert row == ours
        can: Any = connection.execute(
            "SELECT bool_or(has_schema_privilege(oid, 'CREATE')),"
            " has_database_privilege(current_database(), 'CREATE, TEMP') FROM pg_namespace"
        ).fetchone()
        assert can == (False, False)


def test_an_insert_by_hand_with_another_hash_is_let_in_but_found(own_database: Database) -> None:
    """The application may add: that what it adds follows from what is there is checked."""
    journey_at(own_database.app, "record-consent")
    url = own_database.application.replace("+psycopg", "")
    with psycopg.connect(url) as connection:
        connection.execute(
            "INSERT INTO ledger (journey_id, seq, id, name, stage, actor, role, occurred_at,"
            " recorded_at, command_id, payload, previous, hash) SELECT journey_id, seq + 1,"
            " gen_random_uuid(), name, stage, actor, role, occurred_at, recorded_at, command_id,"
            " payload, hash, sha256(hash) FROM ledger ORDER BY seq DESC LIMIT 1"
        )
    assert "17" in {one.number for one in verified(own_database.app).violations}
