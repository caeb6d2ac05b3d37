"""Is what was only added to, besides the ledger, still what anchors say of it?

A digest is SHA-256 over the SHA-256 of each row's text in the order of its key, in bytes; the text
is a JSON array of the columns below, moments in UTC, bytes in hexadecimal.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg

Found = tuple[UUID | None, str]


@dataclass(frozen=True, slots=True)
class Window:
    """What an anchor says of the rows that were kept from one moment until just before another."""

    name: str
    since: str | None
    until: str
    added: Mapping[str, Sequence[Any]]


COMMAND = """
SELECT c.id::text AS key, c.kept_at, jsonb_build_array(
    c.id, c.journey_id, c.name, c.actor, c.role, c.key, encode(c.content_hash, 'hex'),
    c.expected_version, c.payload, c.received_at AT TIME ZONE 'UTC', c.outcome, c.version, c.code,
    c.field, c.message, c.remedy, encode(c.source, 'hex'), c.kept_at AT TIME ZONE 'UTC')::text
    AS said
FROM command c
"""
LOGGER_FILE = """
SELECT encode(f.sha256, 'hex') || f.shipment_id AS key, f.kept_at, jsonb_build_array(
    encode(f.sha256, 'hex'), f.shipment_id, f.logger, f.received_at AT TIME ZONE 'UTC',
    encode(sha256(f.content), 'hex'),
    encode(sha256(convert_to(coalesce(readings.said, ''), 'UTF8')), 'hex'),
    f.kept_at AT TIME ZONE 'UTC')::text AS said
FROM logger_file f CROSS JOIN LATERAL (
    SELECT string_agg(concat(at AT TIME ZONE 'UTC', '=', celsius), ';' ORDER BY at) AS said
    FROM reading WHERE shipment_id = f.shipment_id AND file_sha256 = f.sha256) AS readings
"""
PERSON = """
SELECT id::text AS key, kept_at, jsonb_build_array(
    id, encode(nhs_number, 'hex'), encode(family_name, 'hex'), encode(given_name, 'hex'),
    encode(birth_date, 'hex'), encode(sex, 'hex'), recorded_at AT TIME ZONE 'UTC',
    kept_at AT TIME ZONE 'UTC')::text AS said
FROM identity.person
"""
RECEIVED = """
SELECT encode(sha256, 'hex') AS key, kept_at, jsonb_build_array(
    encode(sha256, 'hex'), encode(filename, 'hex'), encode(sealed_sha256, 'hex'),
    received_at AT TIME ZONE 'UTC', received_from, kept_at AT TIME ZONE 'UTC')::text AS said
FROM identity.received
"""
ACCESS = """
SELECT id::text AS key, kept_at, jsonb_build_array(
    id, person_id, actor, role, reason, looked_at AT TIME ZONE 'UTC',
    kept_at AT TIME ZONE 'UTC')::text AS said
FROM identity.access
"""
SEALING_KEY = """
SELECT subject AS key, kept_at,
    jsonb_build_array(subject, created_at AT TIME ZONE 'UTC',
        kept_at AT TIME ZONE 'UTC')::text AS said
FROM identity.sealing_key
"""

OPEN = {"command": COMMAND, "logger_file": LOGGER_FILE}
SEALED = {
    "identity.person": PERSON,
    "identity.received": RECEIVED,
    "identity.access": ACCESS,
    "identity.sealing_key": SEALING_KEY,
}
SAID = {
    "command": "command",
    "logger_file": "logger's file or its readings",
    "identity.person": "identity",
    "identity.received": "received file",
    "identity.access": "look at an identity",
    "identity.sealing_key": "key of an identity",
}
"""What one row is to people."""

WRONG = """
SELECT w.name, w.count, count(r.key)
FROM unnest(%s::text[], %s::timestamptz[], %s::timestamptz[], %s::int[], %s::text[])
    AS w (name, since, until, count, digest)
LEFT JOIN LATERAL (SELECT * FROM ({rows}) AS row
    WHERE kept_at >= coalesce(w.since, '-infinity') AND kept_at < w.until) AS r ON TRUE
GROUP BY w.name, w.since, w.until, w.count, w.digest
HAVING w.count <> count(r.key) OR w.digest <> encode(sha256(coalesce(string_agg(
    sha256(convert_to(r.said, 'UTF8')), '' ORDER BY r.key COLLATE "C"), '')), 'hex')
ORDER BY w.until
"""


def altered(connection: psycopg.Connection[Any], windows: Sequence[Window]) -> Iterator[Found]:
    """Every anchor whose rows are not what it says; those of identities in their own role."""
    for table, rows in OPEN.items():
        yield from _wrong(connection, table, rows, windows)
    connection.execute("SET LOCAL ROLE atmpflow_identity")
    for table, rows in SEALED.items():
        yield from _wrong(connection, table, rows, windows)
    connection.execute("RESET ROLE")


def _wrong(
    connection: psycopg.Connection[Any], table: str, rows: str, windows: Sequence[Window]
) -> Iterator[Found]:
    said = [one.added[table] for one in windows]
    values = (
        [one.name for one in windows],
        [one.since for one in windows],
        [one.until for one in windows],
        [count for count, _ in said],
        [digest for _, digest in said],
    )
    query = WRONG.format(rows=rows)
    for name, wanted, has in connection.execute(query.encode(), values).fetchall():
        what = "was altered" if wanted == has else f"{has} instead of {wanted} are there"
        yield None, f"a {SAID[table]} {what}: not what {name} says of what was kept until then"
