"""`sweep`: the compliance checks over everything and over what changed, beside a bare scan.

The rows are made by SQL, not recorded: a load, not journeys. They have the shapes of real ones, and
the indexes that sweeps read.
"""

from datetime import UTC, datetime
from statistics import median
from time import perf_counter
from typing import Any

import psycopg
from sqlalchemy import Engine

from benchmarks.figures import Figure, Result, exponent
from benchmarks.place import database
from benchmarks.sweep_rows import TABLES, change, fill, unguard
from models.compliance.statement import CADENCES
from models.compliance.sweep import Moments, sweep

SIZE = 250_000
"""Journeys; of 40 events each. In thousands, and divisible by four."""
CHANGED = 250
"""Journeys that a sweep of changes finds changed: an hour's work of a busy network."""
TURNS = 3

SIZES = ("quarter", "half", "all")
GROWTH_MOST = 1.15
"""The exponent to which time may grow with size: 1 is linear; the rest is what a machine adds."""

Connection = psycopg.Connection[Any]
Row = tuple[int, float, float]
"""How many journeys; seconds of a bare scan, and of a full sweep at all three cadences."""


def run(size: int = SIZE) -> Result:
    """Sweep a quarter of the journeys, a half, and all of them; then what changed."""
    step = max(size // 4000, 1) * 1000
    measured: list[Row] = []
    with database() as place, _administrator(place.databases.administrator) as administrator:
        unguard(administrator)
        before = 0
        for until in (step, 2 * step, 4 * step):
            fill(administrator, before, until)
            before = until
            measured.append(_measured(administrator, place.app, until))
        changes = _changes(administrator, place.app)
    return Result("sweep", 4 * step, _figures(measured, changes))


def _administrator(url: str | None) -> Connection:
    assert url is not None
    return psycopg.connect(url, dbname="atmpflow", autocommit=True)


def _measured(administrator: Connection, app: Engine, size: int) -> Row:
    """The median of some turns, scan and sweep by turns.

    What was just written is on disk and known to the planner, and a first turn that is not counted
    has brought it into memory: otherwise the sizes would be measured in different states.
    """
    administrator.execute("CHECKPOINT")
    turns = [(_scan(administrator), _full(app)) for _ in range(1 + TURNS)][1:]
    return size, median(scan for scan, _ in turns), median(swept for _, swept in turns)


def _scan(administrator: Connection) -> float:
    """Every row of every table that a check reads, each read once, nothing done with it."""
    administrator.execute("SET enable_indexonlyscan = off")
    began = perf_counter()
    for table in TABLES:
        administrator.execute(f"SELECT count(t) FROM {table} t".encode())
    return perf_counter() - began


def _full(app: Engine) -> float:
    began = perf_counter()
    for cadence in CADENCES:
        swept = sweep(app, cadence, _now(), everything=True)
        assert not swept.broken, swept.broken
        assert swept.looked is None
    return perf_counter() - began


def _now() -> Moments:
    now = datetime.now(UTC)
    return Moments(now, now)


def _changes(administrator: Connection, app: Engine) -> tuple[float, int]:
    """Seconds of an hourly and a daily sweep of an hour's changes, and what they looked at."""
    took, looked = [], 0
    for _ in range(TURNS):
        change(administrator, CHANGED)
        began = perf_counter()
        for cadence in ("hourly", "daily"):
            swept = sweep(app, cadence, _now())
            assert swept.looked is not None
            looked = max(looked, swept.looked)
        took.append(perf_counter() - began)
    return median(took), looked


def _figures(measured: list[Row], changes: tuple[float, int]) -> tuple[Figure, ...]:
    small, middle, large = measured
    return (
        Figure("scan_s", large[1], "s", "every row of every table that a check reads, read once"),
        Figure("sweep_quarter_s", small[2], "s", f"all checks over {small[0]} journeys"),
        Figure("sweep_half_s", middle[2], "s", f"all checks over {middle[0]} journeys"),
        Figure("sweep_s", large[2], "s", f"all checks over {large[0]} journeys"),
        Figure("changes_s", changes[0], "s", f"hourly and daily, {CHANGED} journeys changed"),
        Figure("changes_looked", changes[1], "journeys", "changed, due, or with an open finding"),
        Figure("sweep_to_scan", large[2] / large[1], "x", "full sweep beside the scan", most=3),
        *(
            Figure(f"sweep_to_scan_{name}", swept / scan, "x", f"the same over {size} journeys")
            for name, (size, scan, swept) in (("quarter", small), ("half", middle))
        ),
        *(
            Figure(f"sweep_us_{name}", 1e6 * swept / size, "us", f"a journey, of {size}")
            for name, (size, _, swept) in zip(SIZES, measured, strict=True)
        ),
        Figure(
            "growth",
            exponent([(size, swept) for size, _, swept in measured]),
            "x",
            "the exponent to which a sweep grows with the number of journeys: 1 is linear",
            most=GROWTH_MOST,
        ),
        Figure(
            "changes_to_sweep", changes[0] / large[2], "x", "changes beside everything", most=0.2
        ),
    )
