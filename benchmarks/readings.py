"""`readings`: loggers' files taken in beside a bare COPY, and judged beside a bare scan."""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import sha256
from math import sin
from statistics import median
from time import perf_counter
from typing import Any
from uuid import UUID, uuid4

import psycopg
from sqlalchemy import Engine

from atmpflow.products.spec import Band
from atmpflow.rules.cold_chain import judge_leg
from benchmarks.figures import Figure, Result
from benchmarks.journeys import refer
from benchmarks.place import Place, database
from deployments.roles import plain
from models.database import transaction
from models.judging import Judged, findings_side_by_side
from models.reading import copy_readings, keep_file
from models.record import record
from models.shipment import LoggerFile
from tasks import clock
from tasks.loggers.reader import PLAIN, read_log

SIZE = 1000
"""Shipments that are judged in one pass; half as many files are taken in."""

READINGS = 2000
"""Of one shipment: a week at one every five minutes."""

SIZES = (0.5, 2, 10)
"""Shares of the size at which the cost of judging is compared: 1, 4 and 20 million readings."""

HANDS = min(2 * (os.cpu_count() or 1), 8)
"""Connections over which files are taken in: while one waits for its commit another copies."""

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
STEP = timedelta(minutes=5)
BAND = Band(high_c=-150, low_c=None, stability_budget_min=0, source="a benchmark of ours")
SAME = (
    "CREATE TABLE bare (file bigint, at timestamptz, celsius float8, lasts_s float8,"
    " PRIMARY KEY (file, at))"
)
BARE_SCAN = (
    "SELECT file, count(*), min(celsius), max(celsius), avg(celsius) FROM reading GROUP BY file"
)
# One file after another, as files are taken in: their rows lie together.
FILL = """
INSERT INTO reading
SELECT f, %(began)s::timestamptz + n * interval '5 min', -160 + 12 * sin(n::float8 / 9), 300
FROM generate_series(%(first)s::bigint, %(last)s) f
CROSS JOIN LATERAL generate_series(0 * f, %(readings)s - 1) n
"""


def _export(number: int) -> bytes:
    """A file as `plain` describes it: one reading every five minutes."""
    moments = (BEGAN + number * STEP + index * STEP for index in range(READINGS))
    lines = (
        f"{at:%Y-%m-%d %H:%M:%S},{-160 + 5 * sin(index / 9):.1f}"
        for index, at in enumerate(moments)
    )
    return "\n".join(("timestamp,temp_c", *lines)).encode()


def _shipment(place: Place) -> UUID:
    """One shipment that all files are of; what a file is of costs nothing here."""
    asked, shipment = refer(place.app, 1), uuid4()
    record(place.app, asked.request, clock.wall(), asked.claim)
    journey = asked.request.journey
    with transaction(place.app) as connection:
        connection.execute(
            "INSERT INTO shipment (id, journey_id, leg, courier, reference, sender, receiver)"
            " VALUES (%s, %s, 'inbound', 'courier', 'C', 'a', 'b')",
            (shipment, journey),
        )
    return shipment


def _take_in(place: Place, shipment: UUID, contents: Sequence[bytes]) -> float:
    """Read, keep and copy each file in a transaction of its own, as they come; seconds in all."""
    began = perf_counter()
    with ThreadPoolExecutor(HANDS) as pool:
        for _ in pool.map(partial(_take_one, place, shipment), contents):
            pass
    return perf_counter() - began


def _take_one(place: Place, shipment: UUID, content: bytes) -> None:
    log = read_log(content, zone="UTC", format=PLAIN)
    file = LoggerFile(
        sha256=sha256(content).digest(),
        shipment_id=shipment,
        logger="BENCHMARK",
        content=content,
        received_at=BEGAN,
        format=log.format,
        interval_s=log.interval_s,
    )
    with transaction(place.app) as connection:
        number = keep_file(connection, file)
        assert number is not None
        copy_readings(connection, number, log.readings)


def _lines(contents: Sequence[bytes]) -> Iterator[str]:
    """The same rows, as COPY reads them."""
    for number, content in enumerate(contents):
        for at, celsius in read_log(content, zone="UTC", format=PLAIN).readings:
            yield f"{number}\t{at.isoformat()}\t{celsius}\t300\n"


def _bare_copy(connection: psycopg.Connection[Any], contents: Sequence[bytes]) -> float:
    """One COPY of rows that are ready, into a table like ours; seconds."""
    connection.execute(SAME.encode())
    text = "".join(_lines(contents))
    began = perf_counter()
    with connection.cursor().copy("COPY bare FROM STDIN") as copy:
        for start in range(0, len(text), 1 << 20):
            copy.write(text[start : start + (1 << 20)])
    connection.commit()
    return perf_counter() - began


def _best(act: Callable[[], Any], rounds: int = 3) -> float:
    """The median of a few rounds, in seconds."""
    return median([_seconds(act) for _ in range(rounds)])


def _seconds(act: Callable[[], Any]) -> float:
    began = perf_counter()
    act()
    return perf_counter() - began


class Judging:
    """A growing table of readings, judged whole beside a bare scan of it."""

    def __init__(self, owner: psycopg.Connection[Any], app: Engine) -> None:
        self._owner, self._app = owner, app
        self._first = 10_000_000
        self._files = 0

    def grow(self, files: int) -> None:
        """Fill up to so many files."""
        first, last = self._first + self._files, self._first + files - 1
        values = {"first": first, "last": last, "readings": READINGS, "began": BEGAN}
        self._owner.execute(FILL.encode(), values)
        self._owner.commit()
        self._owner.autocommit = True
        self._owner.execute("VACUUM ANALYZE reading")
        self._owner.autocommit = False
        self._files = files

    def judge(self) -> float:
        """Seconds to judge every file against its band, from pack-out to receipt, by the rule."""
        until = BEGAN + READINGS * STEP
        legs: list[Judged] = [
            (self._first + index, BEGAN, until, BAND) for index in range(self._files)
        ]

        def act() -> None:
            found = [
                replace(one, interval_s=STEP.total_seconds())
                for one in findings_side_by_side(self._app, legs)
            ]
            assert len(found) == self._files
            assert {one.readings for one in found} == {READINGS}
            verdicts = [judge_leg(one, BAND) for one in found]
            assert all(not one.allowed for one in verdicts)

        return _best(act)

    def scan(self) -> float:
        """Seconds to count, and find least, most and mean of every file."""

        def act() -> None:
            with transaction(self._app) as connection:
                connection.execute(BARE_SCAN.encode()).fetchall()

        return _best(act)


def run(size: int = SIZE) -> Result:
    """Take in half of `size` files, judge `size` shipments, and both at three sizes."""
    with database() as place, psycopg.connect(plain(place.databases.owner)) as owner:
        contents = [_export(number) for number in range(max(size // 2, 1))]
        bare_s = _bare_copy(owner, contents)
        taken_s = _take_in(place, _shipment(place), contents)
        owner.execute("ALTER TABLE reading DISABLE TRIGGER ALL")
        owner.execute("TRUNCATE reading")
        owner.commit()
        judged = list(_judged(Judging(owner, place.app), size))
    rows = len(contents) * READINGS
    return Result("readings", size, (*_taken(rows, taken_s, bare_s), *judged))


def _judged(judging: Judging, size: int) -> Iterator[Figure]:
    costs: list[float] = []
    for share in sorted({1.0, *SIZES}):
        files = max(int(size * share), 1)
        judging.grow(files)
        judged_s = judging.judge()
        costs.append(judged_s / files)
        rows = files * READINGS
        name = f"judged_at_{share:g}_per_s"
        yield Figure(name, rows / judged_s, "/s", f"readings judged in one pass of {rows:,}")
        if share == 1.0:
            yield from _pass(files * READINGS, judged_s, judging.scan())
    yield Figure(
        "dearest_to_cheapest",
        max(costs) / min(costs),
        "x",
        f"cost of a shipment at {SIZES[0]:g} to {SIZES[-1]:g} times the size, dearest to least",
        most=2,
    )


def _taken(rows: int, taken_s: float, bare_s: float) -> tuple[Figure, ...]:
    return (
        Figure(
            "taken_in_per_s",
            rows / taken_s,
            "/s",
            f"readings read, kept and copied in, over {HANDS} connections",
        ),
        Figure("bare_copy_per_s", rows / bare_s, "/s", "the same rows, one COPY, nothing read"),
        Figure(
            "taken_in_to_copy",
            bare_s / taken_s,
            "x",
            "taking files in beside a bare COPY of the same rows",
            least=1 / 3,
        ),
    )


def _pass(rows: int, judged_s: float, scan_s: float) -> tuple[Figure, ...]:
    return (
        Figure("judged_per_s", rows / judged_s, "/s", "readings judged in one pass", least=1e6),
        Figure("scanned_per_s", rows / scan_s, "/s", "readings of a bare aggregate scan"),
        Figure(
            "judged_to_scan",
            judged_s / scan_s,
            "x",
            "time of judging beside a bare aggregate scan of the same table",
            most=2,
        ),
    )
