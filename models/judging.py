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

# Each reading stands for the time until the next; the first and last also bound the leg. Where a
# leg begins and ends is looked up by the index, so that all other readings are a plain sum.
ENDS = """
SELECT first.at, last.at, last.celsius
FROM unnest(%(place)s::int[], %(file)s::bigint[], %(since)s::timestamptz[],
    %(until)s::timestamptz[]) AS leg (place, file, since, until)
LEFT JOIN LATERAL (
    SELECT at, celsius FROM reading
    WHERE file = leg.file AND at BETWEEN leg.since AND leg.until ORDER BY at DESC LIMIT 1
) AS last ON TRUE
LEFT JOIN LATERAL (
    SELECT at FROM reading WHERE file = leg.file AND at BETWEEN leg.since AND leg.until
    ORDER BY at LIMIT 1
) AS first ON TRUE
ORDER BY leg.place
"""

# A file's rows lie together: a bitmap reads each of their pages once, where an index scan asks for
# its page at every row and grows dearer with the table.
BY_PAGE = (
    "SET LOCAL enable_indexscan = off; SET LOCAL effective_io_concurrency = 0; SET LOCAL jit = off"
)
AS_BEFORE = (
    "SET LOCAL enable_indexscan TO DEFAULT; SET LOCAL effective_io_concurrency TO DEFAULT;"
    " SET LOCAL jit TO DEFAULT"
)
JUDGE = """
SELECT leg.place, within.readings, within.temperatures, within.lowest, within.highest,
    within.outside_s, within.longest_s
FROM unnest(%(place)s::int[], %(file)s::bigint[], %(since)s::timestamptz[],
    %(last)s::timestamptz[], %(low)s::float8[], %(high)s::float8[])
    AS leg (place, file, since, last, low, high)
CROSS JOIN LATERAL (
    SELECT count(*) AS readings, count(celsius) AS temperatures,
        min(celsius) AS lowest, max(celsius) AS highest, max(lasts_s) AS longest_s,
        coalesce(sum(lasts_s) FILTER (WHERE celsius > leg.high OR celsius < leg.low), 0)
            AS outside_s
    FROM reading WHERE file = leg.file AND at >= leg.since AND at < leg.last
) AS within
ORDER BY leg.place
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
    asked: dict[str, Any] = {
        "place": list(range(len(legs))),
        "file": [leg[0] for leg in legs],
        "since": [leg[1] for leg in legs],
        "until": [leg[2] for leg in legs],
        "low": [leg[3].low_c for leg in legs],
        "high": [leg[3].high_c for leg in legs],
    }
    ends: Any = connection.execute(ENDS, asked).fetchall()
    connection.execute(BY_PAGE)
    asked["last"] = [last for _, last, _ in ends]
    sums: Any = connection.execute(JUDGE, asked).fetchall()
    connection.execute(AS_BEFORE)
    return [_findings(*one) for one in zip(legs, ends, sums, strict=True)]


def findings_side_by_side(engine: Engine, legs: Sequence[Judged]) -> list[Findings]:
    """`all_findings` over several connections: one more than there are cores, at most eight.

    As many processes as PostgreSQL gives a parallel scan: the leader and its workers.
    """
    hands = min((os.cpu_count() or 1) + 1, 8, max(len(legs), 1))
    shares = [legs[at * len(legs) // hands : (at + 1) * len(legs) // hands] for at in range(hands)]

    def share(some: Sequence[Judged]) -> list[Findings]:
        with transaction(engine) as connection:
            return all_findings(connection, some)

    with ThreadPoolExecutor(hands) as pool:
        return [found for some in pool.map(share, shares) for found in some]


def _findings(leg: Judged, ends: Sequence[Any], sums: Sequence[Any]) -> Findings:
    """The sums up to the last reading, and the last one, which lasts until the end of the leg."""
    _, since, until, band = leg
    first, last, celsius = ends
    _, readings, temperatures, lowest, highest, outside_s, longest_s = sums
    if last is None:
        return Findings(0, None, None, 0.0, 0.0, covers_leg=False)
    lasts_s = (until - last).total_seconds()
    read = [one for one in (lowest, highest, celsius) if one is not None]
    outside_s += lasts_s if celsius is not None and not band.holds(celsius) else 0
    return Findings(
        readings=temperatures + (celsius is not None),
        lowest_c=min(read, default=None),
        highest_c=max(read, default=None),
        minutes_outside=outside_s / 60,
        longest_gap_min=max(longest_s or 0.0, lasts_s, (first - since).total_seconds()) / 60,
        covers_leg=temperatures == readings and celsius is not None,
    )
