"""Is what was only added to, besides the ledger, still what anchors say of it?

A digest is SHA-256 over the SHA-256 of each row's text in the order of its key; the text is the
JSON object of the columns that the anchor names, moments in UTC, bytes in hexadecimal.
"""

import re
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
    columns: Mapping[str, Sequence[str]]


KEYS = {
    "command": "t.id::text",
    "logger_file": "encode(t.sha256, 'hex') || t.shipment_id",
    "sign_in": "t.id::text",
    "challenge": "t.id::text",
    "trail_review": "t.id::text",
    "label_print": "t.id::text",
    "signature": "t.id::text",
    "signature_use": "t.signature_id::text",
    "signature_void": "t.signature_id::text",
    "signature_policy": "t.single::text",
    "approval": "t.id::text",
    "licence": "t.id::text",
    "periodic_report": "t.id::text",
    "calibration": "t.id::text",
    "logger": "t.number::text",
    "reading_batch": "t.number::text",
    "backup_made": "t.id::text",
    "observation": "t.id::text",
    "reference_change": "t.id::text",
    "account": "t.id::text",
    "account_change": "t.id::text",
    "appointment": "t.id::text",
    "training": "t.id::text",
    "delegation": "t.id::text",
    "access_token": "t.id::text",
    "epcis_document": "encode(t.sha256, 'hex')",
    "epcis_capture": "t.id::text",
    "epcis_event": "t.number::text",
    "epcis_outcome": "t.number || ':' || t.attempt",
    "identity.person": "t.id::text",
    "identity.received": "encode(t.sha256, 'hex')",
    "identity.access": "t.id::text",
    "identity.sealing_key": "t.subject",
}
"""What orders the rows of each table."""

SAID = {
    "command": "command",
    "logger_file": "logger's file or its readings",
    "sign_in": "sign-in",
    "challenge": "challenge",
    "trail_review": "review of an audit trail",
    "label_print": "print of a label",
    "signature": "signature",
    "signature_use": "use of a signature",
    "signature_void": "voiding of a signature",
    "signature_policy": "demand of signatures",
    "approval": "approval",
    "licence": "licence",
    "periodic_report": "periodic report",
    "calibration": "calibration",
    "logger": "entry of the register of loggers",
    "reading_batch": "sending of readings",
    "backup_made": "backup's entry",
    "observation": "observation",
    "reference_change": "change of the reference data",
    "account": "account",
    "account_change": "change of an account",
    "appointment": "appointment",
    "training": "training",
    "delegation": "delegation",
    "access_token": "access token",
    "epcis_document": "document of a partner",
    "epcis_capture": "capture",
    "epcis_event": "event of a partner",
    "epcis_outcome": "outcome of a partner's event",
    "identity.person": "identity",
    "identity.received": "received file",
    "identity.access": "look at an identity",
    "identity.sealing_key": "key of an identity",
}
"""What one row is to people."""

READINGS = """
    || jsonb_build_object('readings', encode(sha256(convert_to(coalesce((
        SELECT string_agg(jsonb_build_object({columns})::text, ';' ORDER BY r.at)
        FROM reading r WHERE r.file = t.number), ''),
    'UTF8')), 'hex'))
"""

WRONG = """
SELECT w.name, w.count, count(r.key)
FROM unnest(%s::text[], %s::timestamptz[], %s::timestamptz[], %s::int[], %s::text[])
    AS w (name, since, until, count, digest)
LEFT JOIN LATERAL (SELECT {key} AS key, (jsonb_build_object({columns}){readings})::text AS said
    FROM {table} t
    WHERE t.kept_at >= coalesce(w.since, '-infinity') AND t.kept_at < w.until) AS r ON TRUE
GROUP BY w.name, w.since, w.until, w.count, w.digest
HAVING w.count <> count(r.key) OR w.digest <> encode(sha256(coalesce(string_agg(
    sha256(convert_to(r.said, 'UTF8')), '' ORDER BY r.key COLLATE "C"), '')), 'hex')
ORDER BY w.until
"""

_COLUMN = re.compile(r"[a-z_][a-z0-9_]*")


def altered(connection: psycopg.Connection[Any], windows: Sequence[Window]) -> Iterator[Found]:
    """Every anchor whose rows are not what it says; those of identities in their own role."""
    connection.execute("SET LOCAL timezone = 'UTC'")
    connection.execute("SET LOCAL bytea_output = 'hex'")
    for table in KEYS:
        if table.startswith("identity."):
            connection.execute("SET LOCAL ROLE atmpflow_identity")
        yield from _wrong(connection, table, windows)
    connection.execute("RESET ROLE")


def _wrong(
    connection: psycopg.Connection[Any], table: str, windows: Sequence[Window]
) -> Iterator[Found]:
    """Anchors that name the same columns are asked about together.

    An anchor from before there was this table says nothing of it.
    """
    alike: dict[tuple[str, str], list[Window]] = {}
    for one in windows:
        if table not in one.columns:
            continue
        columns = (_pairs("t", one.columns[table]), _pairs("r", one.columns["reading"]))
        alike.setdefault(columns, []).append(one)
    for (own, readings), some in alike.items():
        also = READINGS.format(columns=readings) if table == "logger_file" else ""
        query = WRONG.format(key=KEYS[table], columns=own, readings=also, table=table)
        for name, wanted, has in connection.execute(query.encode(), _values(table, some)):
            what = "was altered" if wanted == has else f"{has} instead of {wanted} are there"
            yield None, f"a {SAID[table]} {what}: not what {name} says of what was kept until then"


def _values(table: str, windows: Sequence[Window]) -> tuple[list[Any], ...]:
    return (
        [one.name for one in windows],
        [one.since for one in windows],
        [one.until for one in windows],
        [one.added[table][0] for one in windows],
        [one.added[table][1] for one in windows],
    )


def _pairs(table: str, columns: Sequence[str]) -> str:
    """Raises ValueError for what is no name of a column: it would become part of the query."""
    if not all(_COLUMN.fullmatch(column) for column in columns):
        raise ValueError("no column")
    return ", ".join(f"'{column}', {table}.{column}" for column in columns)
