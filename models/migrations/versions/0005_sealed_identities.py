"""Identities are sealed, under a role of their own; what was kept in clear is sealed here."""

from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from alembic import op

from atmpflow.errors import Refused
from models.keys import keys, new_key, seal
from models.people import IDENTITY_ROLE, VALUES, sealed_values, wrapped_key

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

APPLICATION = "atmpflow_app"

NEW_TABLES = """
CREATE TABLE identity.sealing_key (
    subject varchar NOT NULL CONSTRAINT pk_sealing_key PRIMARY KEY,
    wrapped bytea, created_at timestamptz NOT NULL,
    destroyed_at timestamptz, destroyed_by varchar, reason varchar,
    CONSTRAINT sealing_key_destroyed CHECK ((wrapped IS NULL) = (destroyed_at IS NOT NULL)),
    CONSTRAINT sealing_key_destroyed_whole CHECK (
        (destroyed_at IS NULL) = (destroyed_by IS NULL)
        AND (destroyed_at IS NULL) = (reason IS NULL)));
CREATE TABLE identity.access (
    id uuid NOT NULL CONSTRAINT pk_access PRIMARY KEY,
    person_id uuid NOT NULL CONSTRAINT fk_access_person_id REFERENCES identity.person,
    actor varchar NOT NULL, role varchar NOT NULL, reason varchar NOT NULL,
    looked_at timestamptz NOT NULL,
    CONSTRAINT access_reason CHECK (btrim(reason) <> ''));
CREATE INDEX ix_access_person_id ON identity.access (person_id);
CREATE TABLE identity.key_check (
    fingerprint bytea NOT NULL CONSTRAINT pk_key_check PRIMARY KEY, since timestamptz NOT NULL);
"""

SEALED_COLUMNS = """
ALTER TABLE identity.person
    DROP CONSTRAINT person_nhs_number, DROP CONSTRAINT uq_person_nhs_number,
    ADD COLUMN nhs_index bytea CONSTRAINT uq_person_nhs_index UNIQUE,
    ALTER nhs_number TYPE bytea USING NULL, ALTER nhs_number DROP NOT NULL,
    ALTER family_name TYPE bytea USING NULL, ALTER family_name DROP NOT NULL,
    ALTER given_name TYPE bytea USING NULL, ALTER given_name DROP NOT NULL,
    ALTER birth_date TYPE bytea USING NULL, ALTER birth_date DROP NOT NULL,
    ALTER sex TYPE bytea USING NULL, ALTER sex DROP NOT NULL;
ALTER TABLE identity.received
    ALTER filename TYPE bytea USING NULL, ALTER filename DROP NOT NULL,
    ADD COLUMN sealed_sha256 bytea
"""

ONLY_ERASED = """
CREATE FUNCTION identity.only_erase() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    kept text := CASE TG_TABLE_NAME WHEN 'person' THEN 'nhs_index' ELSE 'wrapped' END;
    erased jsonb := CASE TG_TABLE_NAME
        WHEN 'person' THEN '{"nhs_index": null}'
        ELSE '{"wrapped": null, "destroyed_at": null, "destroyed_by": null, "reason": null}' END;
BEGIN
    IF TG_OP = 'UPDATE' AND (to_jsonb(OLD) ->> kept) IS NOT NULL
        AND (to_jsonb(NEW) ->> kept) IS NULL
        AND to_jsonb(NEW) || erased = to_jsonb(OLD) || erased THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'rows of % are only added, or erased', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$
"""


def upgrade() -> None:
    op.execute("SET lock_timeout = '5s'")
    _require_role()
    op.execute(NEW_TABLES)
    people, files = _all("SELECT * FROM identity.person"), _all("SELECT * FROM identity.received")
    _without_guards("person")
    _without_guards("received")
    op.execute(SEALED_COLUMNS)
    for person in people:
        _seal_person(person)
    for file in files:
        _seal_file(file)
    _finish()
    _guards()
    _grants()


def _require_role() -> None:
    found = op.get_bind().execute(
        sa.text("SELECT 1 FROM pg_roles WHERE rolname = :name"), {"name": IDENTITY_ROLE}
    )
    if found.first() is None:
        raise Refused(
            "database-role-missing",
            "database",
            f"The role {IDENTITY_ROLE} is missing on this server.",
            "Have the administrator create the roles again (docs/operations.md), then migrate.",
        )


def _all(query: str) -> list[Any]:
    return [dict(row._mapping) for row in op.get_bind().execute(sa.text(query))]


def _without_guards(table: str) -> None:
    for kind in ("row", "statement"):
        op.execute(f"DROP TRIGGER identity_{table}_no_{kind}_change ON identity.{table}")


def _keep_key(subject: str, key: bytes) -> None:
    op.get_bind().execute(
        sa.text("INSERT INTO identity.sealing_key (subject, wrapped, created_at) VALUES (:s, :w, :a)"),
        {"s": subject, "w": wrapped_key(keys(), key, subject), "a": datetime.now(UTC)},
    )


def _seal_person(row: dict[str, Any]) -> None:
    person: UUID = row["id"]
    key = new_key()
    values = sealed_values(key, person, {name: str(row[name]) for name in VALUES})
    sets = ", ".join(f"{name} = :{name}" for name in VALUES)
    op.get_bind().execute(
        sa.text(f"UPDATE identity.person SET nhs_index = :nhs_index, {sets} WHERE id = :id"),
        {**values, "nhs_index": keys().blind_index(row["nhs_number"]), "id": person},
    )
    _keep_key(f"person:{person}", key)


def _seal_file(row: dict[str, Any]) -> None:
    digest, key = bytes(row["sha256"]), new_key()
    where = f"identity.received|%s|{digest.hex()}"
    content = seal(key, bytes(row["content"]), where % "content")
    op.get_bind().execute(
        sa.text(
            "UPDATE identity.received SET filename = :name, content = :content,"
            " sealed_sha256 = :sealed WHERE sha256 = :digest"
        ),
        {
            "name": seal(key, row["filename"].encode(), where % "filename"),
            "content": content,
            "sealed": sha256(content).digest(),
            "digest": digest,
        },
    )
    _keep_key(f"file:{digest.hex()}", key)


def _finish() -> None:
    for column in VALUES:
        op.execute(f"ALTER TABLE identity.person ALTER {column} SET NOT NULL")
    for column in ("filename", "sealed_sha256"):
        op.execute(f"ALTER TABLE identity.received ALTER {column} SET NOT NULL")
    if _all("SELECT 1 AS one FROM identity.sealing_key LIMIT 1"):
        op.get_bind().execute(
            sa.text("INSERT INTO identity.key_check VALUES (:print, :now)"),
            {"print": keys().fingerprint, "now": datetime.now(UTC)},
        )


def _guards() -> None:
    op.execute(ONLY_ERASED)
    guards = (
        ("received", "refuse_change"), ("access", "refuse_change"), ("key_check", "refuse_change"),
        ("person", "identity.only_erase"), ("sealing_key", "identity.only_erase"),
    )  # fmt: skip
    for table, function in guards:
        _guard(table, "UPDATE OR DELETE", "ROW", function)
        _guard(table, "TRUNCATE", "STATEMENT", "refuse_change")


def _guard(table: str, when: str, scope: str, function: str) -> None:
    trigger = f"identity_{table}_no_{scope.lower()}_change"
    op.execute(
        f"CREATE TRIGGER {trigger} BEFORE {when} ON identity.{table}"
        f" FOR EACH {scope} EXECUTE FUNCTION {function}()"
    )
    op.execute(f"ALTER TABLE identity.{table} ENABLE ALWAYS TRIGGER {trigger}")


def _grants() -> None:
    op.execute(f"REVOKE ALL ON identity.person, identity.received FROM {APPLICATION}")
    # Enough to tell that a file is there and whole, and that no number lies in clear elsewhere.
    op.execute(f"GRANT SELECT (id, nhs_index) ON identity.person TO {APPLICATION}")
    op.execute(
        "GRANT SELECT (sha256, sealed_sha256, received_at, content) ON identity.received"
        f" TO {APPLICATION}"
    )
    op.execute(f"GRANT SELECT ON identity.key_check, identity.access TO {APPLICATION}")
    op.execute(
        "GRANT SELECT (subject, created_at, destroyed_at, destroyed_by, reason)"
        f" ON identity.sealing_key TO {APPLICATION}"
    )
    op.execute(f"GRANT USAGE ON SCHEMA identity TO {IDENTITY_ROLE}")
    added = "person, received, sealing_key, access, key_check"
    tables = ", ".join(f"identity.{name.strip()}" for name in added.split(","))
    op.execute(f"GRANT SELECT, INSERT ON {tables} TO {IDENTITY_ROLE}")
    op.execute(f"GRANT UPDATE (nhs_index) ON identity.person TO {IDENTITY_ROLE}")
    op.execute(
        "GRANT UPDATE (wrapped, destroyed_at, destroyed_by, reason) ON identity.sealing_key"
        f" TO {IDENTITY_ROLE}"
    )
