"""What is only added to besides the ledger, as digests of what was kept between two moments.

A digest is SHA-256 over the SHA-256 of each row's text, in the order of the rows' keys. The text is
a JSON object of the columns that the anchor names: one that a later version adds is not part of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from models.database import Connection
from models.people import IDENTITY_ROLE

Columns = dict[str, list[str]]
"""By table, the columns that a digest is over, in order."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table that is only added to: what orders its rows, and what a digest leaves out."""

    key: str
    without: frozenset[str] = frozenset()
    sealed: bool = False
    """Only the role of the identities may read it."""


ENDING = frozenset({"ended_at", "ended_by", "end_reason"})
"""What was given is taken back once; that it was given stays."""

ADDED_TO: Mapping[str, Table] = {
    "command": Table("t.id::text"),
    # What came in is under a digest of its own, which is among the columns.
    "logger_file": Table("encode(t.sha256, 'hex') || t.shipment_id", frozenset({"content"})),
    "sign_in": Table("t.id::text"),
    "challenge": Table("t.id::text"),
    "trail_review": Table("t.id::text"),
    "label_print": Table("t.id::text"),
    "signature": Table("t.id::text"),
    "signature_use": Table("t.signature_id::text"),
    "signature_void": Table("t.signature_id::text"),
    "signature_policy": Table("t.single::text"),
    "approval": Table("t.id::text"),
    "licence": Table("t.id::text"),
    "periodic_report": Table("t.id::text"),
    "calibration": Table("t.id::text"),
    "logger": Table("t.number::text"),
    "reading_batch": Table("t.number::text", frozenset({"content"})),
    "backup_made": Table("t.id::text"),
    "observation": Table("t.id::text"),
    "reference_change": Table("t.id::text"),
    "account": Table(
        "t.id::text",
        frozenset({"printed_name", "email", "organisation", "state", "left_at", "stamp"}),
    ),
    "account_change": Table("t.id::text"),
    "appointment": Table("t.id::text", ENDING),
    "training": Table("t.id::text", ENDING),
    "delegation": Table("t.id::text", ENDING),
    "access_token": Table("t.id::text", ENDING),
    "epcis_document": Table("encode(t.sha256, 'hex')", frozenset({"content"})),
    "epcis_capture": Table("t.id::text"),
    "epcis_event": Table("t.number::text"),
    "epcis_outcome": Table("t.number || ':' || t.attempt"),
    # The blind index and the wrapped key go when an identity is erased; what is sealed stays.
    "identity.person": Table("t.id::text", frozenset({"nhs_index"}), sealed=True),
    "identity.received": Table("encode(t.sha256, 'hex')", frozenset({"content"}), sealed=True),
    "identity.access": Table("t.id::text", sealed=True),
    "identity.sealing_key": Table(
        "t.subject",
        frozenset({"wrapped", "destroyed_at", "destroyed_by", "reason"}),
        sealed=True,
    ),
}

READING = "reading"
"""Its rows are part of the text of their file."""

NAMES = """
SELECT attname FROM pg_attribute
WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attname
"""

READINGS = """, 'readings', encode(sha256(convert_to(coalesce((
    SELECT string_agg(jsonb_build_object({columns})::text, ';' ORDER BY r.at) FROM reading r
    WHERE r.file = t.number), ''), 'UTF8')), 'hex')"""

DIGEST = """
SELECT count(*), encode(sha256(coalesce(string_agg(
    sha256(convert_to(said, 'UTF8')), ''::bytea ORDER BY key COLLATE "C"), ''::bytea)), 'hex')
FROM (SELECT {key} AS key, jsonb_build_object({columns})::text AS said FROM {table} t
    WHERE t.kept_at >= coalesce(%s::timestamptz, '-infinity') AND t.kept_at < %s) AS kept
"""


def columns_now(connection: Connection) -> Columns:
    """Every column that a digest made now is over."""
    found = {name: _names(connection, name, one.without) for name, one in ADDED_TO.items()}
    return {**found, READING: _names(connection, READING, frozenset())}


def _names(connection: Connection, table: str, without: frozenset[str]) -> list[str]:
    rows: Any = connection.execute(NAMES, (table,)).fetchall()
    return [row[0] for row in rows if row[0] not in without]


def digests(
    connection: Connection, since: datetime | None, until: datetime, columns: Columns
) -> dict[str, list[Any]]:
    """By table, how many rows were kept from `since` until before `until`, and their digest.

    None for `since`: from the beginning.
    """
    # The text of moments and bytes must be the same on every server.
    connection.execute("SET LOCAL timezone = 'UTC'")
    connection.execute("SET LOCAL bytea_output = 'hex'")
    found: dict[str, list[Any]] = {}
    for name, one in ADDED_TO.items():
        if one.sealed:
            connection.execute(f"SET LOCAL ROLE {IDENTITY_ROLE}".encode())
        row: Any = connection.execute(_query(name, columns).encode(), (since, until)).fetchone()
        found[name] = list(row)
    connection.execute("RESET ROLE")
    return found


def _query(table: str, columns: Columns) -> str:
    said = _pairs("t", columns[table])
    if table == "logger_file":
        said += READINGS.format(columns=_pairs("r", columns[READING]))
    return DIGEST.format(key=ADDED_TO[table].key, columns=said, table=table)


def _pairs(table: str, columns: Sequence[str]) -> str:
    return ", ".join(f"'{column}', {table}.{column}" for column in columns)
