"""Logger readings: copied in whole, judged by set-based SQL."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from atmpflow.products.spec import Band
from atmpflow.rules.cold_chain import Findings
from models.database import Connection
from models.shipment import LoggerFile

Row = tuple[datetime, float | None]
"""When (UTC) and degrees Celsius; None where the sensor was disconnected."""


def keep_file(connection: Connection, file: LoggerFile) -> bool:
    """Keep a logger's file byte for byte; false when this very file is here already."""
    cursor = connection.execute(
        "INSERT INTO logger_file (sha256, shipment_id, logger, content, received_at)"
        " VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (
            file.sha256,
            file.shipment_id,
            file.logger,
            file.content,
            file.received_at,
        ),
    )
    return cursor.rowcount == 1


def copy_readings(
    connection: Connection, shipment: UUID, sha256: bytes, readings: Iterable[Row]
) -> int:
    """Copy readings in; returns how many."""
    count = 0
    with (
        connection.cursor() as cursor,
        cursor.copy("COPY reading (shipment_id, file_sha256, at, celsius) FROM STDIN") as copy,
    ):
        for at, celsius in readings:
            copy.write_row((shipment, sha256, at, celsius))
            count += 1
    return count


# Each reading stands for the time until the next; the first and last also bound the leg.
JUDGE = """
WITH leg AS (
    SELECT at, celsius, lead(at, 1, %(to)s) OVER w AS following,
        lag(at, 1, %(from)s) OVER w AS before
    FROM reading WHERE shipment_id = %(shipment)s AND file_sha256 = %(file)s
        AND at BETWEEN %(from)s AND %(to)s
    WINDOW w AS (ORDER BY at))
SELECT count(celsius), min(celsius), max(celsius),
    coalesce(sum(extract(epoch FROM following - at)) FILTER (
        WHERE celsius > %(high)s OR celsius < %(low)s), 0) / 60,
    coalesce(max(greatest(extract(epoch FROM following - at),
        extract(epoch FROM at - before))), 0) / 60,
    coalesce(bool_and(celsius IS NOT NULL), false)
FROM leg
"""


@dataclass(frozen=True, slots=True)
class Leg:
    """What is judged: one file's readings of one shipment, from pack-out to receipt."""

    shipment: UUID
    file_sha256: bytes
    since: datetime
    until: datetime


def findings(connection: Connection, leg: Leg, band: Band) -> Findings:
    """What the readings of a leg say, time weighted, in UTC; other files do not count."""
    row: Any = connection.execute(
        JUDGE,
        {
            "shipment": leg.shipment,
            "file": leg.file_sha256,
            "from": leg.since,
            "to": leg.until,
            "high": band.high_c,
            "low": float("-inf") if band.low_c is None else band.low_c,
        },
    ).fetchone()
    count, lowest, highest, outside, gap, connected = row
    return Findings(
        readings=count,
        lowest_c=lowest,
        highest_c=highest,
        minutes_outside=float(outside),
        longest_gap_min=float(gap),
        covers_leg=connected,
    )
