"""What is only added to besides the ledger, as digests of what was kept between two moments.

A digest is SHA-256 over the SHA-256 of each row's text, in the order of the rows' keys. The text is
the JSON array of the columns named here: a column of a later version is not part of it.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from models.database import Connection
from models.people import IDENTITY_ROLE

Digests = dict[str, tuple[int, str]]
"""By table, how many rows and their digest in hexadecimal."""

_READINGS = """encode(sha256(convert_to(coalesce((
    SELECT string_agg((r.at AT TIME ZONE 'UTC')::text || '=' || coalesce(r.celsius::text, ''), ';'
        ORDER BY r.at)
    FROM reading r WHERE r.shipment_id = t.shipment_id AND r.file_sha256 = t.sha256), ''),
    'UTF8')), 'hex')"""

OPEN: Mapping[str, tuple[str, str]] = {
    "command": (
        "id::text",
        "id, journey_id, name, actor, role, key, encode(content_hash, 'hex'), expected_version,"
        " payload, received_at AT TIME ZONE 'UTC', outcome, version, code, field, message, remedy,"
        " encode(source, 'hex'), kept_at AT TIME ZONE 'UTC'",
    ),
    "logger_file": (
        "encode(sha256, 'hex') || shipment_id",
        "encode(sha256, 'hex'), shipment_id, logger, received_at AT TIME ZONE 'UTC',"
        f" encode(sha256(content), 'hex'), {_READINGS}, kept_at AT TIME ZONE 'UTC'",
    ),
}
"""Key and columns of tables that the application may read."""

SEALED: Mapping[str, tuple[str, str]] = {
    # The blind index goes when an identity is erased; what is sealed stays.
    "identity.person": (
        "id::text",
        "id, encode(nhs_number, 'hex'), encode(family_name, 'hex'), encode(given_name, 'hex'),"
        " encode(birth_date, 'hex'), encode(sex, 'hex'), recorded_at AT TIME ZONE 'UTC',"
        " kept_at AT TIME ZONE 'UTC'",
    ),
    "identity.received": (
        "encode(sha256, 'hex')",
        "encode(sha256, 'hex'), encode(filename, 'hex'), encode(sealed_sha256, 'hex'),"
        " received_at AT TIME ZONE 'UTC', received_from, kept_at AT TIME ZONE 'UTC'",
    ),
    "identity.access": (
        "id::text",
        "id, person_id, actor, role, reason, looked_at AT TIME ZONE 'UTC',"
        " kept_at AT TIME ZONE 'UTC'",
    ),
    # So does the wrapped key: that it was there is kept, not what it was.
    "identity.sealing_key": (
        "subject",
        "subject, created_at AT TIME ZONE 'UTC', kept_at AT TIME ZONE 'UTC'",
    ),
}
"""Key and columns of tables that only the role of the identities may read."""

QUERY = """
SELECT count(*), encode(sha256(coalesce(string_agg(
    sha256(convert_to(row, 'UTF8')), ''::bytea ORDER BY key COLLATE "C"), ''::bytea)), 'hex')
FROM (SELECT {key} AS key, jsonb_build_array({columns})::text AS row FROM {table} t
    WHERE kept_at >= coalesce(%s::timestamptz, '-infinity') AND kept_at < %s) AS kept
"""


def digests(connection: Connection, since: datetime | None, until: datetime) -> Digests:
    """What was kept from `since` (from the beginning for None) until just before `until`."""
    found = {name: _digest(connection, name, since, until) for name in OPEN}
    connection.execute(f"SET LOCAL ROLE {IDENTITY_ROLE}".encode())
    found |= {name: _digest(connection, name, since, until) for name in SEALED}
    connection.execute("RESET ROLE")
    return found


def _digest(
    connection: Connection, table: str, since: datetime | None, until: datetime
) -> tuple[int, str]:
    key, columns = {**OPEN, **SEALED}[table]
    query = QUERY.format(key=key, columns=columns, table=table)
    row: Any = connection.execute(query.encode(), (since, until)).fetchone()
    return row[0], row[1]
