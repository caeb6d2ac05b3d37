"""Referrals in CSV: a header row, then one referral a line, numbered as a spreadsheet shows."""

import csv
import re
from collections import Counter
from typing import Any

from atmpflow.errors import Refused
from tasks.intake.refusals import FIELDS, Place, read_form, suggestion
from tasks.intake.result import Outcome, Piece
from tasks.intake.text import too_many

COLUMNS = {path[-1]: path for path in FIELDS if path != ("patient",)}
"""Column name to field. Titles (`NHS number`) are read as well."""

_BY_LABEL = {
    label: name
    for name, path in COLUMNS.items()
    for label in (name, (FIELDS[path].title or name).lower().replace(" ", "_").replace("'", ""))
}
_REQUIRED = [name for name, path in COLUMNS.items() if FIELDS[path].is_required()]
_DELIMITERS = ",;\t"
_LONGEST_HEADER = 2000
_FORMULA = ("=", "+", "-", "@")


def looks_like_csv(text: str) -> bool:
    """Whether the first line names at least two of our columns."""
    return len(set(_names(_first(text))[1]) & set(COLUMNS)) >= 2


def read_csv(text: str) -> tuple[Piece, ...]:
    """Each row of a CSV text; one that is wrong does not stop the others."""
    if (refused := too_many(_line_ends(text.strip()))) is not None:
        return (Piece("file", (refused,)),)
    lines = _lines(text)
    start = next(number for number, line in enumerate(lines) if line.strip())
    if len(lines[start]) > _LONGEST_HEADER:
        message = f"The first line is long beyond any header of {len(COLUMNS)} columns."
        fault = Refused("csv-header-too-long", "", message, "Name the columns in the first line.")
        return (Piece("file", (fault,)),)
    delimiter, names = _names(lines[start])
    if faults := _header_faults(names):
        return (Piece("file", faults),)
    rows = [
        Piece(f"row {number}", _row(line, names, number, delimiter=delimiter))
        for number, line in enumerate(lines[start + 1 :], start=start + 2)
        if line.strip(f'{delimiter}" \t')
    ]
    nothing = Refused("file-empty", "", "No row follows the header.", "Send at least one row.")
    return tuple(rows) or (Piece("file", (nothing,)),)


def _lines(text: str) -> list[str]:
    # A referral has no cell with a line break; so an unclosed quote spoils one row, not all.
    return re.split(r"\r\n|\n|\r", text)


def _line_ends(text: str) -> int:
    return text.count("\n") + text.count("\r") - text.count("\r\n")


def _first(text: str) -> str:
    return next((line for line in _lines(text[:_LONGEST_HEADER]) if line.strip()), "")


def _cells(line: str, delimiter: str) -> list[str]:
    return [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter, strict=True))]


def _names(line: str) -> tuple[str, list[str]]:
    """The delimiter that makes most sense of a header, and the columns it names."""
    return max(
        ((delimiter, _header(line, delimiter)) for delimiter in _DELIMITERS),
        key=lambda read: len(set(read[1]) & set(COLUMNS)),
    )


def _header(line: str, delimiter: str) -> list[str]:
    try:
        labels = [re.sub(r"[\s-]+", "_", cell.lower()) for cell in _cells(line, delimiter)]
    except csv.Error:
        return []
    while labels and not labels[-1]:
        labels.pop()
    return [_BY_LABEL.get(label.replace("'", ""), label) for label in labels]


def _header_faults(names: list[str]) -> tuple[Refused, ...]:
    counts = Counter(names)
    known = f"Known columns: {', '.join(COLUMNS)}."
    unknown = (
        Refused(
            "csv-column-unknown",
            f"column {number}",
            "The header names a column that a referral does not have."
            + suggestion(name, list(COLUMNS)),
            known,
        )
        for number, name in enumerate(names, start=1)
        if name not in COLUMNS
    )
    doubled = (
        Refused("csv-column-doubled", name, "The header names this column twice.", "Name it once.")
        for name in COLUMNS
        if counts[name] > 1
    )
    missing = (
        Refused("csv-column-missing", name, "The header does not name this column.", known)
        for name in _REQUIRED
        if not counts[name]
    )
    return (*unknown, *doubled, *missing)


def _row(line: str, names: list[str], number: int, *, delimiter: str) -> Outcome:
    def at(path: Place) -> str:
        return f"row {number}, {path[-1]}" if path else f"row {number}"

    try:
        cells = _cells(line, delimiter)
    except csv.Error:
        message = "The row's quotation marks do not match, or a cell holds a line break."
        return (Refused("csv-invalid", at(()), message, "Close each quote on its own line."),)
    if len(cells) < len(names) or any(cells[len(names) :]):
        message = f"The row has {len(cells)} cells and the header {len(names)}."
        remedy_ = "Give one cell for each column; quote a cell that holds the delimiter."
        return (Refused("csv-cell-count", at(()), message, remedy_),)
    filled = {name: cell for name, cell in zip(names, cells, strict=False) if cell}
    if formulas := tuple(
        _formula(at(COLUMNS[name])) for name in filled if _is_formula(filled[name])
    ):
        return formulas
    return read_form(_content(filled), at=at)


def _is_formula(cell: str) -> bool:
    return cell.startswith(_FORMULA)


def _formula(place: str) -> Refused:
    message = "The cell starts like a spreadsheet formula."
    return Refused("csv-formula", place, message, "Give the value itself, without = + - or @.")


def _content(filled: dict[str, str]) -> dict[str, Any]:
    own = {name: cell for name, cell in filled.items() if len(COLUMNS[name]) == 1}
    return {**own, "patient": {name: filled[name] for name in filled if name not in own}}
