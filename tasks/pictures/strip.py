"""Who held what, where and from when until when: a journey's custody as a map of its stations.

Time is not to scale: each holder has the same room, as stations on a map of a railway have.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from textwrap import wrap
from typing import TYPE_CHECKING, Any
from uuid import UUID

from models.database import Connection
from tasks.pictures.paper import drawing, local, sheet, utc

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

TURNS = """
SELECT c.unit, u.kind, u.state, u.parent, c.holder, o.name, c.giver, c.starts_at, c.ends_at,
    coalesce(c.giver_scan, ''), coalesce(c.receiver_scan, ''),
    EXISTS (SELECT FROM shipment s WHERE s.journey_id = c.journey_id
        AND c.starts_at >= s.collected_at
        AND c.starts_at < coalesce(s.delivered_at, 'infinity')) AS carried
FROM custody c JOIN unit u ON u.unit = c.unit
LEFT JOIN organisation o ON o.ods_code = c.holder
WHERE c.journey_id = %s ORDER BY u.kind, c.unit, c.starts_at
"""

STEP, ROW = 2.35, 2.05
"""Room for a holder to the right, and for a line downwards, in inches."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One holder of a unit, at a site or on the road."""

    holder: str
    place: str
    giver: str | None
    since: datetime
    until: datetime | None
    scans: int
    """At how many of the two ends of the hand-over a label was scanned."""
    carried: bool


@dataclass(frozen=True, slots=True)
class Line:
    """Units that were always together, and their holders in turn."""

    units: tuple[str, ...]
    kind: str
    state: str
    turns: tuple[Turn, ...]
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class Strip:
    """A journey's custody; names no person."""

    coi: str
    product: str
    lines: Sequence[Line]

    @property
    def title(self) -> str:
        """What the picture is of."""
        return f"{self.coi}, chain of custody"


def strip(connection: Connection, journey: UUID, coi: str, product: str) -> Strip:
    """The custody of everything that a journey collected, made or was given."""
    rows: Any = connection.execute(TURNS, (journey,)).fetchall()
    together: dict[tuple[str, str], list[Turn]] = defaultdict(list)
    states: dict[str, str] = {}
    parents: dict[str, str | None] = {}
    for unit, kind, state, parent, holder, name, giver, since, until, given, taken, carried in rows:
        scans = bool(given) + bool(taken)
        turn = Turn(holder, name or "", giver, since, until, scans, carried)
        together[(kind, unit)].append(turn)
        states[unit], parents[unit] = state, parent
    return Strip(coi, product, _lines(together, states, parents))


def _lines(
    together: dict[tuple[str, str], list[Turn]],
    states: dict[str, str],
    parents: dict[str, str | None],
) -> list[Line]:
    """Units with the same holders at the same times share a line."""
    lines: dict[Any, Line] = {}
    for (kind, unit), turns in together.items():
        way = tuple((turn.holder, turn.since, turn.until) for turn in turns)
        key = (kind, states[unit], way)
        had = lines.get(key)
        if had is None:
            lines[key] = Line((unit,), kind, states[unit], tuple(turns), parents[unit])
        else:
            lines[key] = replace(had, units=(*had.units, unit))
    return sorted(lines.values(), key=lambda line: (line.turns[0].since, line.units))


def draw(picture: Strip) -> "Figure":
    """The map: black lines are sites, striped ones the road, circles the hand-overs."""
    columns = _columns(picture.lines)
    most = max((x for line in columns for x in line.values()), default=0.0)
    width = max(7.5, most + STEP + 0.9)
    height = 1.25 + ROW * len(picture.lines)
    with drawing():
        figure = sheet(width, height)
        axes: Any = figure.add_axes((0, 0, 1, 1))
        axes.set_xlim(0, width)
        axes.set_ylim(0, height)
        axes.axis("off")
        _head(axes, picture, width, height)
        for row, line in enumerate(picture.lines):
            _line(axes, line, columns[row], height - 1.95 - ROW * row)
    return figure


def _columns(lines: Sequence[Line]) -> list[dict[datetime, float]]:
    """Where each line's hand-overs stand: one below the other where they were at once.

    What begins when all before it has ended begins at the left again.
    """
    groups: list[list[Line]] = []
    for line in lines:
        if groups and any(_lasts(other, line.turns[0].since) for other in groups[-1]):
            groups[-1].append(line)
        else:
            groups.append([line])
    found: list[dict[datetime, float]] = []
    for group in groups:
        moments = sorted({turn.since for line in group for turn in line.turns})
        columns = {at: 0.85 + STEP * place for place, at in enumerate(moments)}
        found += [columns] * len(group)
    return found


def _lasts(line: Line, at: datetime) -> bool:
    """Whether somebody still held it at a moment."""
    until = line.turns[-1].until
    return until is None or until > at


def _head(axes: "Axes", picture: Strip, width: float, height: float) -> None:
    axes.text(0.25, height - 0.25, f"{picture.coi}   chain of custody", fontsize=12,
              fontweight="bold", va="center", gid="title")  # fmt: skip
    axes.text(0.25, height - 0.52, f"{picture.product}. Times in UTC; in brackets local time in "
              "the United Kingdom. Not to scale.", fontsize=8.5, va="center")  # fmt: skip
    _site(axes, 0.3, 0.9, height - 0.82)
    axes.text(1.0, height - 0.82, "at a site", fontsize=8, va="center")
    _road(axes, 2.0, 2.6, height - 0.82)
    axes.text(2.7, height - 0.82, "on the road", fontsize=8, va="center")
    _station(axes, 3.85, height - 0.82)
    axes.text(4.05, height - 0.82, "hand-over", fontsize=8, va="center")
    _end(axes, 5.05, height - 0.82)
    axes.text(5.2, height - 0.82, "given, used or disposed of", fontsize=8, va="center")


def _line(axes: "Axes", line: Line, columns: dict[datetime, float], y: float) -> None:
    first, last = columns[line.turns[0].since], line.turns[-1]
    axes.text(first, y + 0.66, _named(line), fontsize=9, fontweight="bold", va="center")
    for place, turn in enumerate(line.turns):
        left = columns[turn.since]
        ends = line.turns[place + 1].since if place + 1 < len(line.turns) else None
        right = columns[ends] if ends else left + STEP
        (_road if turn.carried else _site)(axes, left, right, y)
        _holder(axes, turn, (left, right), y)
    for turn in line.turns:
        _station(axes, columns[turn.since], y)
        _moment(axes, turn, columns[turn.since], y)
    end = columns[last.since] + STEP
    if last.until is not None:
        _end(axes, end, y)
        said = f"{utc(last.until)}\n({local(last.until)})\n{line.state}"
    else:
        axes.plot([end, end + 0.25], [y, y], color="black", linewidth=4, linestyle=(0, (0.5, 0.6)))
        said = f"held now\n{line.state}"
    axes.text(end, y - 0.2, said, fontsize=7.5, va="top", ha="center", linespacing=1.3)


def _named(line: Line) -> str:
    kind = {"material": "Starting material", "product": "Product"}[line.kind]
    more = f" and {len(line.units) - 2} more" if len(line.units) > 2 else ""
    made = f", made from {line.parent}" if line.parent else ""
    return f"{kind}: {', '.join(line.units[:2])}{more}{made}"


def _holder(axes: "Axes", turn: Turn, ends: tuple[float, float], y: float) -> None:
    """The holder's name above its part of the line, and where that is below it."""
    left, right = ends
    letters = int((right - left - 0.3) * 15)
    said = wrap(turn.holder, letters)[:2]
    style = "italic" if turn.carried else "normal"
    axes.text((left + right) / 2, y + 0.17, "\n".join(said), fontsize=8.5, ha="center",
              va="bottom", style=style, linespacing=1.1, gid="holder")  # fmt: skip


def _moment(axes: "Axes", turn: Turn, x: float, y: float) -> None:
    """When the hand-over was, where, and at how many of its ends a label was scanned."""
    lines = [utc(turn.since), f"({local(turn.since)})"]
    if turn.giver is not None:
        lines.append({0: "not scanned", 1: "one end scanned", 2: "both ends scanned"}[turn.scans])
    lines += [] if turn.carried else wrap(turn.place, 24)[:2]
    axes.text(x, y - 0.2, "\n".join(lines), fontsize=7.5, va="top", ha="center", linespacing=1.3,
              gid="hand-over")  # fmt: skip


def _site(axes: "Axes", left: float, right: float, y: float) -> None:
    axes.plot([left, right], [y, y], color="black", linewidth=6, solid_capstyle="butt", gid="site")


def _road(axes: "Axes", left: float, right: float, y: float) -> None:
    axes.plot([left, right], [y, y], color="black", linewidth=6, solid_capstyle="butt", gid="road")
    axes.plot([left, right], [y, y], color="white", linewidth=3.6, dashes=(1.6, 1.6))


def _station(axes: "Axes", x: float, y: float) -> None:
    axes.plot([x], [y], "o", markersize=11, markerfacecolor="white", markeredgecolor="black",
              markeredgewidth=2.2, zorder=5)  # fmt: skip


def _end(axes: "Axes", x: float, y: float) -> None:
    axes.plot([x, x], [y - 0.13, y + 0.13], color="black", linewidth=5, solid_capstyle="butt")
