"""Labels that were printed: who, when, which version, and the how-manieth copy of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from models.database import Connection

KEEP = """
INSERT INTO label_print (id, journey_id, kind, subject, version, copy_number, format, sha256,
    printed_by, printed_at)
SELECT %(id)s::uuid, %(journey)s::uuid, %(kind)s::text, %(subject)s::text, %(version)s::int,
    coalesce(max(copy_number), 0) + 1, %(format)s::text, %(sha256)s::bytea, %(by)s::text,
    %(at)s::timestamptz
FROM label_print WHERE journey_id = %(journey)s AND kind = %(kind)s AND subject = %(subject)s
    AND version = %(version)s
RETURNING copy_number
"""
ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"


@dataclass(frozen=True, slots=True)
class Printed:
    """A label as it went into a file."""

    journey: UUID
    kind: str
    """`unit`, `shipper` or `patient`."""
    subject: str
    version: int
    format: str
    sha256: bytes


def keep_print(connection: Connection, label: Printed, by: str, at: datetime) -> int:
    """Put a print on record; its copy number, from 1."""
    connection.execute(ONE_AT_A_TIME, (f"{label.journey} {label.kind} {label.subject}",))
    values = {
        "id": uuid4(),
        "journey": label.journey,
        "kind": label.kind,
        "subject": label.subject,
        "version": label.version,
        "format": label.format,
        "sha256": label.sha256,
        "by": by,
        "at": at,
    }
    row: Any = connection.execute(KEEP, values).fetchone()
    return row[0]
