"""Rows as JSON and as CSV, piece by piece: a table may be larger than the memory."""

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from io import StringIO
from typing import Any
from uuid import UUID

FORMULA = frozenset("=+-@\t\r\n＝＋－＠")
"""What a spreadsheet may take for the beginning of a formula."""

BYTE_ORDER_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"
"""Tells a spreadsheet that the letters are UTF-8."""


def plain(value: Any) -> Any:
    """A value as JSON has it; moments in UTC, with their zone."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, UUID | date):
        return str(value)
    raise TypeError(type(value).__name__)


def as_json(value: Any) -> Iterator[bytes]:
    """One JSON value, to be read by people, too."""
    yield (json.dumps(value, default=plain, indent=1, ensure_ascii=False) + "\n").encode()


def json_rows(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """A JSON list of objects, one a line."""
    before = b"[\n"
    for row in rows:
        one = dict(zip(names, row, strict=True))
        yield before + json.dumps(one, default=plain, ensure_ascii=False).encode()
        before = b",\n"
    yield b"[]\n" if before == b"[\n" else b"\n]\n"


def csv_rows(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """The same for a spreadsheet: UTF-8 with its mark, and nothing that could be a formula."""
    yield (BYTE_ORDER_MARK + _line(names)).encode()
    for row in rows:
        yield _line([_cell(one) for one in row]).encode()


def _line(cells: Sequence[Any]) -> str:
    into = StringIO()
    csv.writer(into, lineterminator="\r\n").writerow(cells)
    return into.getvalue()


def _cell(value: Any) -> Any:
    """Numbers stay numbers, also negative ones; words that a spreadsheet might run are quoted."""
    if value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
        return "" if value is None else value
    if isinstance(value, bool | dict | list):
        return json.dumps(value, default=plain, ensure_ascii=False)
    text = value if isinstance(value, str) else str(plain(value))
    return f"'{text}" if text[:1] in FORMULA else text
