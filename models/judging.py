"""Logger readings judged: set-based SQL over whole legs, and what a verdict cites of one."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Engine

from atmpflow.products.spec import Band
from atmpflow.rules.cold_chain import Findings
from atmpflow.rules.stretches import Read, cited, kinetic_c, lost_min, stretches
from models.database import Connection, transaction

# Each reading stands for the time until the next; the first and last also bound the leg. The last
# one before receipt is looked up by the index, so that all others are a plain sum.
JUDGE = """
SELECT leg.place, within.temperatures + (last.celsius IS NOT NULL)::int,
    least(within.lowest, last.celsius), greatest(within.highest, last.celsius),
    (within.outside_s + CASE WHEN last.celsius > leg.high OR last.celsius < leg.low
        THEN last.lasts_s ELSE 0 END) / 60,
    coalesce(greatest(within.longest_s, last.lasts_s,
        date_part('epoch', first.at - leg.since)) / 60, 0),
    within.temperatures = within.readings AND last.celsius IS NOT NULL
FROM unnest(%(place)s::int[], %(file)s::bigint[], %(since)s::timestamptz[],
    %(until)s::timestamptz[], %(low)s::float8[], %(high)s::float8[])
    AS leg (place, file, since, until, low, high)
LEFT JOIN LATERAL (
    SELECT at, celsius, date_part('epoch', leg.until - at) AS lasts_s FROM reading
    WHERE file = leg.file AND at BETWEEN leg.since AND leg.until ORDER BY at DESC LIMIT 1
) AS last ON TRUE
LEFT JOIN LATERAL (
    SELECT at FROM reading WHERE file = leg.file AND at BETWEEN leg.since AND leg.until
    ORDER BY at LIMIT 1
) AS first ON TRUE
CROSS JOIN LATERAL (
    SELECT count(*) AS readings, count(celsius) AS temperatures,
        min(celsius) AS lowest, max(celsius) AS highest, max(lasts_s) AS longest_s,
        coalesce(sum(lasts_s) FILTER (WHERE celsius > leg.high OR celsius < leg.low), 0)
            AS outside_s
    FROM reading WHERE file = leg.file AND at >= leg.since AND at < last.at
) AS within
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
        "SELECT number, interval_s FROM logger_file WHERE shipment_id = %s AND sha256 = %s",
        (leg.shipment, leg.file_sha256),
    ).fetchone()
    number, interval = row or (None, None)
    if number is None:
        return all_findings(connection, [(-1, leg.since, leg.until, band)])[0]
    (found,) = all_findings(connection, [(number, leg.since, leg.until, band)])
    rows = readings_of(connection, number, leg.since, leg.until)
    against = stretches(rows, band, leg.since, leg.until, interval_s=interval)
    return replace(
        found,
        file=number,
        interval_s=interval,
        lost_min=lost_min(rows, leg.until),
        mean_kinetic_c=kinetic_c(rows, band, leg.until),
        stretches=len(against),
        cites=cited(against),
    )


def readings_of(
    connection: Connection, file: int, since: datetime, until: datetime
) -> Sequence[Read]:
    """A file's readings of a leg, both ends included, in order of time."""
    rows: Any = connection.execute(
        "SELECT at, celsius FROM reading WHERE file = %s AND at BETWEEN %s AND %s ORDER BY at",
        (file, since, until),
    ).fetchall()
    return rows


Judged = tuple[int, datetime, datetime, Band]
"""Number of the file, from pack-out, to receipt, and the band to keep."""


def all_findings(connection: Connection, legs: Sequence[Judged]) -> list[Findings]:
    """What the readings of many legs say, in one pass, in the order of the legs."""
    rows: Any = connection.execute(
        JUDGE,
        {
            "place": list(range(len(legs))),
            "file": [leg[0] for leg in legs],
            "since": [leg[1] for leg in legs],
            "until": [leg[2] for leg in legs],
            "low": [leg[3].low_c for leg in legs],
            "high": [leg[3].high_c for leg in legs],
        },
    ).fetchall()
    return [_findings(row) for row in sorted(rows)]


def findings_side_by_side(engine: Engine, legs: Sequence[Judged]) -> list[Findings]:
    """`all_findings` over several connections, as many as there are cores (at most eight)."""
    hands = min(os.cpu_count() or 1, 8, max(len(legs), 1))
    shares = [legs[at * len(legs) // hands : (at + 1) * len(legs) // hands] for at in range(hands)]

    def share(some: Sequence[Judged]) -> list[Findings]:
        with transaction(engine) as connection:
            return all_findings(connection, some)

    with ThreadPoolExecutor(hands) as pool:
        return [found for some in pool.map(share, shares) for found in some]


def _findings(row: Sequence[Any]) -> Findings:
    _, count, lowest, highest, outside, gap, connected = row
    return Findings(
        readings=count,
        lowest_c=lowest,
        highest_c=highest,
        minutes_outside=float(outside),
        longest_gap_min=float(gap),
        covers_leg=bool(connected),
    )
