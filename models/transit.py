"""Shippers under way, and what their own loggers have read of late."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any
from uuid import UUID

from atmpflow.rules.prediction import WINDOWS, Reading
from models.database import Connection

LATELY = """
SELECT s.journey_id, s.id, r.at, r.celsius
FROM shipment s
JOIN logger_file f ON f.shipment_id = s.id AND f.logger = s.logger
JOIN reading r ON r.file = f.number AND r.at BETWEEN greatest(s.packed_at, %(since)s) AND %(now)s
WHERE s.packed_at IS NOT NULL AND s.received_at IS NULL AND r.celsius IS NOT NULL
ORDER BY s.journey_id, s.id, r.at
"""


@dataclass(frozen=True, slots=True)
class UnderWay:
    """One shipper in transit with its newest readings, in order of time."""

    journey: UUID
    shipment: UUID
    readings: tuple[Reading, ...]


def under_way_lately(connection: Connection, now: datetime) -> Iterator[UnderWay]:
    """Every shipper under way whose logger has told something over the longest trend's time."""
    rows: Any = connection.execute(LATELY, {"since": now - max(WINDOWS), "now": now}).fetchall()
    for (journey, shipment), some in groupby(rows, key=itemgetter(0, 1)):
        yield UnderWay(journey, shipment, tuple((at, celsius) for _, _, at, celsius in some))
