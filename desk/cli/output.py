"""How answers look: tables and words for people, plain JSON for programs."""

import json
import os
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from atmpflow.errors import Refused

LONDON = ZoneInfo("Europe/London")
UNBOUND = 200
"""Columns where nobody looks at a terminal: a pipe should not cut words."""


def console(*, stderr: bool = False) -> Console:
    """A console as wide as the terminal."""
    stream = sys.stderr if stderr else sys.stdout
    wide = None if stream.isatty() or "COLUMNS" in os.environ else UNBOUND
    return Console(file=stream, width=wide, highlight=False, soft_wrap=False)


def plain(value: Any) -> str:
    """What JSON has no word for: moments in UTC, ids, bytes in hexadecimal."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, bytes):
        return value.hex()
    raise TypeError(type(value).__name__)


def show_json(value: Any) -> None:
    """One JSON value on standard output; moments in UTC."""
    typer.echo(json.dumps(value, default=plain, indent=2, ensure_ascii=False))


def _indented(text: str, columns: int) -> Padding:
    """Words of which every line is indented, not only the first."""
    return Padding(Text(text), (0, 0, 0, columns), expand=False)


def say(text: str, *, indent: int = 0) -> None:
    """Words for people, as they are: nothing in them is taken for markup."""
    console().print(_indented(text, indent))


def hint(text: str) -> None:
    """A word beside the answer, out of the way of a pipe."""
    console(stderr=True).print(text, style="dim", markup=False)


def advise(refused: Iterable[Refused]) -> None:
    """What was refused and what would be right, on standard error."""
    where = console(stderr=True)
    for one in refused:
        field = f" ({one.field})" if one.field else ""
        where.print(f"Refused: {one.code}{field}", style="bold red", markup=False)
        where.print(_indented(one.message, 2))
        where.print(_indented(f"→ {one.remedy}", 2))


def moment(at: datetime | None, *, seconds: bool = False) -> str:
    """A moment in UTC for people, to the minute; nothing for none."""
    if at is None:
        return ""
    return f"{at.astimezone(UTC):{'%Y-%m-%d %H:%M:%S' if seconds else '%Y-%m-%d %H:%M'}}"


def london(at: datetime) -> str:
    """The same moment as clocks in the United Kingdom show it; the day where it is another one."""
    there = at.astimezone(LONDON)
    another = there.date() != at.astimezone(UTC).date()
    return f"{there:{'%d %b %H:%M %Z' if another else '%H:%M %Z'}}"


def lasting(minutes: float) -> str:
    """A length of time in the unit people would use: minutes, hours, days or years."""
    if minutes < 120:
        return f"{minutes:.0f} min"
    if minutes < 48 * 60:
        return f"{minutes / 60:.3g} h"
    days = minutes / 60 / 24
    return f"{days:.0f} days" if days < 730 else f"{days / 365.25:.0f} years"


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """A table for people; nothing in it is taken for markup."""
    drawn = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
    for column in columns:
        drawn.add_column(column, overflow="fold", header_style="bold underline")
    for row in rows:
        drawn.add_row(*(cell.replace("[", r"\[") for cell in row))
    console().print(drawn)
