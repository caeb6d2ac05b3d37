"""What a logger marked beside temperatures: an opened lid or door, a tilt or a shock."""

import csv
import io
from collections.abc import Callable, Iterator
from datetime import datetime

from tasks.loggers.log import Marks

QUIET = frozenset({"", "0", "no", "false", "off", "closed", "upright", "-"})
"""What says that nothing was marked; anything else is a mark, for what is unclear is not good."""

Moment = Callable[[str, int], datetime]
"""The moment of a cell in the row of that number."""


def read_marks(
    text: str,
    delimiter: str,
    timestamp: str,
    columns: tuple[str | None, str | None],
    moment: Moment,
) -> Marks:
    """Moments of the rows whose column of openings, or of tilts, says anything but quiet."""
    opened, tilted = columns
    if opened is None and tilted is None:
        return Marks()
    rows = [_clean(row) for row in csv.DictReader(io.StringIO(text), delimiter=delimiter)]
    return Marks(
        opened=tuple(_marked(rows, timestamp, opened, moment)),
        tilted=tuple(_marked(rows, timestamp, tilted, moment)),
    )


def _clean(row: dict[str, str | None]) -> dict[str, str]:
    return {str(name).strip(): (value or "").strip() for name, value in row.items() if name}


def _marked(
    rows: list[dict[str, str]], timestamp: str, column: str | None, moment: Moment
) -> Iterator[datetime]:
    for number, row in enumerate(rows, start=2):
        if column is not None and row.get(column, "").casefold() not in QUIET:
            yield moment(row[timestamp], number)
