"""The demonstration's progress: one line a journey."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rich.table import Table

from atmpflow.waits import waits_for

if TYPE_CHECKING:
    from desk.demo.play import Course

COLUMNS = {"journey": 21, "product": 9, "stage": 14, "waits for": 22, "day": 10, "took": 5}
"""Headings with the characters each needs; together they fit 80 columns without wrapping ids."""


def _row(course: "Course") -> tuple[str, ...]:
    facts, wait = course.facts, waits_for(course.facts)
    waits = "done" if course.ended else wait.command if wait else ""
    day = f"{facts.since:%Y-%m-%d}" if facts.since else ""
    took = f"{course.seconds:.0f} s"
    return facts.coi, facts.product.name, facts.stage, waits, day, took


def progress(courses: Iterable["Course"]) -> Table:
    """Every journey with its stage, what it waits for, and its simulated day."""
    title = "Journeys (simulated site and time)"
    table = Table(
        title=title, title_justify="left", box=None, pad_edge=False, collapse_padding=True
    )
    for heading, width in COLUMNS.items():
        table.add_column(heading, no_wrap=True, min_width=width if heading != "waits for" else 12)
    for course in courses:
        table.add_row(*_row(course))
    return table
