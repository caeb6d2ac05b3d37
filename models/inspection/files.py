"""Loggers' files as they came in, byte for byte, piece by piece."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from models.database import Connection

FILES = """
SELECT DISTINCT ON (f.sha256) encode(f.sha256, 'hex'), f.number
FROM logger_file f JOIN shipment s ON s.id = f.shipment_id
WHERE s.journey_id = ANY(%s) ORDER BY f.sha256, f.number
"""
PIECE = "SELECT substring(content FROM %s FOR %s) FROM logger_file WHERE number = %s"
AT_ONCE = 1 << 20
RECORDED_UNTIL = (
    "SELECT journey_id, max(recorded_at) FROM ledger WHERE journey_id = ANY(%s) GROUP BY journey_id"
)


def logger_files(connection: Connection, journeys: Sequence[UUID]) -> list[tuple[str, int]]:
    """SHA-256 and number of each file of these journeys; one that came twice is one."""
    rows: Any = connection.execute(FILES, (list(journeys),)).fetchall()
    return rows


def pieces(connection: Connection, number: int) -> Iterator[bytes]:
    """A file's bytes."""
    at = 1
    while True:
        row: Any = connection.execute(PIECE, (at, AT_ONCE, number)).fetchone()
        if not row[0]:
            return
        yield bytes(row[0])
        at += AT_ONCE


def recorded_until(connection: Connection, journeys: Sequence[UUID]) -> dict[UUID, datetime]:
    """When the newest event of each was recorded: a document made of it is as old."""
    rows: Any = connection.execute(RECORDED_UNTIL, (list(journeys),)).fetchall()
    return dict(rows)
