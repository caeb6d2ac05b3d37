"""`inspection`: the pack of a whole site, as a summary and whole: time, sizes and memory."""

import resource
from collections.abc import Iterable
from pathlib import Path
from time import perf_counter

from sqlalchemy import Engine

from benchmarks.figures import Figure, Result
from benchmarks.place import database
from benchmarks.record import side_by_side
from desk.inspection.gather import Asked
from desk.inspection.making import Made, make
from models.inspection.scope import Scope
from models.record import record
from tasks import clock

SIZE = 300
"""Journeys; the most that a whole pack takes."""
AT_ONCE = 50
"""Journeys that are recorded side by side."""

SITE = "R0A"
MB = 1e6


def run(size: int = SIZE) -> Result:
    """Record journeys to their first follow-up, each with two legs, then make both packs."""
    with database() as place:
        for since in range(0, size, AT_ONCE):
            _played(place.app, range(since, min(since + AT_ONCE, size)))
        before = _megabytes()
        figures = [Figure("memory_before_mb", before, "MB", "most memory before any pack")]
        for name in ("summary", "whole"):
            figures += _figures(name, *_timed(place.app, place.folder, summary=name == "summary"))
    return Result("inspection", size, tuple(figures))


def _played(app: Engine, numbers: Iterable[int]) -> None:
    for asked in side_by_side(app, numbers):
        for one in asked:
            record(app, one.request, clock.wall(), one.claim)


def _timed(app: Engine, folder: Path, *, summary: bool) -> tuple[Made, float]:
    scope = Scope("site", site=SITE)
    asked = Asked(scope, "benchmark", clock.wall(), summary=summary, verify=False)
    began = perf_counter()
    made = make(app, asked, folder, "summary" if summary else "whole")
    return made, perf_counter() - began


def _figures(name: str, made: Made, seconds: float) -> tuple[Figure, ...]:
    sizes = (made.archive.stat().st_size / MB, made.paper.stat().st_size / MB)
    return (
        Figure(f"{name}_s", seconds, "s", f"to make the {name} pack"),
        Figure(f"{name}_archive_mb", sizes[0], "MB", "its archive"),
        Figure(f"{name}_paper_mb", sizes[1], "MB", "its paper"),
        Figure(f"{name}_memory_mb", _megabytes(), "MB", "most memory of the process by then"),
    )


def _megabytes() -> float:
    """The most memory that this process has had so far (Linux: kilobytes are counted)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
