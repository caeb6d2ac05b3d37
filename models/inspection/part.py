"""One part of a pack as its file tells it: what it is, whose rows, how it is printed, the query."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any, Literal

from models.database import Connection

Of = Literal["summary", "journeys", "accounts"]
"""Whose rows a part holds: counts over all, the journeys', or of who acted and where."""

AT_ONCE = 2000
_FIRST = re.compile(r"^-- ([a-z_]+): (.+)$")
_COLUMN = re.compile(r"^([0-9]+) (.+?) = (.+)$")
_FIELD = re.compile(r"^-- (Says|Of|Empty|Column): (.*)$")


@dataclass(frozen=True, slots=True)
class Column:
    """A column on paper: its part of the width, its head, and how it is made of a row's fields."""

    share: int
    head: str
    made_of: str


@dataclass(frozen=True, slots=True)
class Part:
    """What an inspector gets as one table; `query` takes the names of `Asked.values`."""

    name: str
    title: str
    says: str
    of: Of
    empty: str
    columns: tuple[Column, ...]
    query: str


@dataclass(frozen=True, slots=True)
class Table:
    """A part's rows as they come; the names of their fields are known before the first."""

    names: Sequence[str]
    rows: Iterator[Sequence[Any]]


@cache
def parts() -> tuple[Part, ...]:
    """Every part of this folder, in the order in which an inspector reads them."""
    folder = resources.files(__package__ or __name__)
    files = sorted((file.name, file) for file in folder.iterdir() if file.name.endswith(".sql"))
    return tuple(read(file.read_text(encoding="utf-8")) for _, file in files)


@dataclass
class _Head:
    """The header of a file, while it is read."""

    said: dict[str, str] = field(default_factory=dict)
    columns: list[str] = field(default_factory=list)


def read(text: str) -> Part:
    """The part a file holds. Raises ValueError when its header does not say enough."""
    lines = text.splitlines()
    first = _FIRST.match(lines[0]) if lines else None
    head = _head([line for line in lines[1:] if line.startswith("--")])
    if first is None or {"Says", "Of", "Empty"} - set(head.said):
        raise ValueError("a part begins with `-- name: title`, then Says, Of and Empty")
    columns = tuple(_column(one) for one in head.columns)
    of: Any = head.said["Of"]
    query = "\n".join(line for line in lines if not line.startswith("--"))
    return Part(first[1], first[2], head.said["Says"], of, head.said["Empty"], columns, query)


def _head(lines: Sequence[str]) -> _Head:
    """The header's fields; a line that begins none goes on with `Says`."""
    head = _Head()
    for line in lines:
        found = _FIELD.match(line)
        if found is None:
            head.said["Says"] += f" {line.removeprefix('--').strip()}"
        elif found[1] == "Column":
            head.columns.append(found[2])
        else:
            head.said[found[1]] = found[2]
    return head


def _column(text: str) -> Column:
    found = _COLUMN.match(text)
    if found is None:
        raise ValueError(f"`{text}` is no column: share, head, =, what it is made of")
    return Column(int(found[1]), found[2], found[3])


def table(connection: Connection, part: Part, values: Mapping[str, Any]) -> Table:
    """A part's rows, streamed: a site's timelines may be larger than the memory."""
    cursor = connection.cursor(name=f"part_{part.name}")
    cursor.itersize = AT_ONCE
    cursor.execute(part.query.encode(), values)
    return Table([one.name for one in cursor.description or ()], _rows(cursor))


def _rows(cursor: Any) -> Iterator[Sequence[Any]]:
    with cursor:
        yield from cursor
