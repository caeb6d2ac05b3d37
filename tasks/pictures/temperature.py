"""The temperatures of one leg as a picture: band, excursions, gaps, hand-overs and the decision."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from atmpflow.events.shipment import Cited
from tasks.pictures.leg import LegPicture
from tasks.pictures.paper import LONDON, drawing, sheet
from tasks.pictures.thinned import Degrees, Times, drawn
from tasks.pictures.words import LETTERS, band_said, said_beside

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

WIDTH, LEAST_HEIGHT = 11.0, 5.6
LINE, HEAD = 0.142, 1.75
"""Height of a line beside the plot, and of what stands above those lines, in inches."""

PLOT = (0.075, 0.135, 0.575, 0.645)
"""Left, bottom, width and height of the axes, as shares of the paper."""

EXCURSION: dict[str, Any] = {"hatch": "////", "facecolor": "#c4c4c4", "edgecolor": "#000000"}
GAP: dict[str, Any] = {"hatch": "xxx", "facecolor": "#ffffff", "edgecolor": "#8c8c8c"}
BAND = "#efefef"


@dataclass(frozen=True, slots=True)
class Columns:
    """Readings as two columns: microseconds since 1970 in UTC, degrees Celsius."""

    at_us: Times
    celsius: Degrees


def columns(picture: LegPicture) -> Columns:
    """The readings of a leg, NaN where the sensor was lost."""
    at = np.array([microseconds(at) for at, _ in picture.rows], dtype=np.int64)
    return Columns(at, np.array([np.nan if c is None else c for _, c in picture.rows], dtype=float))


def microseconds(at: datetime) -> int:
    """Since 1970, UTC."""
    return (at - EPOCH) // MICROSECOND


def spans(found: Sequence[Cited]) -> list[tuple[int, int]]:
    """The excursions, as microseconds since 1970."""
    return [
        (microseconds(one.since), microseconds(one.until))
        for one in found
        if one.kind == "excursion"
    ]


def draw(picture: LegPicture) -> "Figure":
    """The picture of one leg. Everything that is said stands outside of the plot."""
    with drawing():
        said = said_beside(picture)
        figure = sheet(WIDTH, max(LEAST_HEIGHT, HEAD + LINE * len(said)))
        axes: Any = figure.add_axes(PLOT)
        read = columns(picture)
        _frame(axes, picture, read)
        _band(axes, picture)
        _stretches(axes, picture, read)
        _line(axes, picture, read)
        _marks(axes, picture)
        _head(figure, picture)
        _beside(figure, picture, said)
    return figure


def _frame(axes: "Axes", picture: LegPicture, read: Columns) -> None:
    """The axes: degrees Celsius upwards; UTC to the right, local time below it."""
    from matplotlib.dates import AutoDateLocator, num2date  # noqa: PLC0415
    from matplotlib.ticker import FuncFormatter  # noqa: PLC0415

    seen = read.celsius[np.isfinite(read.celsius)]
    ends = [picture.band.high_c, *([picture.band.low_c] if picture.band.low_c is not None else [])]
    low, high = min([*seen.tolist(), *ends]), max([*seen.tolist(), *ends])
    room = max((high - low) * 0.08, 0.5)
    lasting = picture.until - picture.since
    axes.set_ylim(low - room, high + room)
    axes.set_xlim(picture.since - lasting * 0.01, picture.until + lasting * 0.01)  # pyright: ignore[reportArgumentType]

    def said(place: float, _: int | None = None) -> str:
        at = num2date(place)
        there = at.astimezone(LONDON)
        return f"{at:%d %b}\n{at:%H:%M}\n{there:%H:%M} {there:%Z}"

    axes.xaxis.set_major_locator(AutoDateLocator(minticks=3, maxticks=7))
    axes.xaxis.set_major_formatter(FuncFormatter(said))
    axes.tick_params(labelsize=8)
    axes.set_xlabel("Day and time in UTC; below it, local time in the United Kingdom", fontsize=8)
    axes.set_ylabel("Temperature (°C)")


def _band(axes: "Axes", picture: LegPicture) -> None:
    band = picture.band
    bottom = axes.get_ylim()[0] if band.low_c is None else band.low_c
    axes.axhspan(bottom, band.high_c, facecolor=BAND, edgecolor="none", gid="band", zorder=0)
    for name, limit in (("band-low", band.low_c), ("band-high", band.high_c)):
        if limit is None:
            continue
        axes.axhline(limit, color="black", linestyle=(0, (6, 3)), linewidth=1.0, gid=name, zorder=2)
        axes.annotate(
            f"{limit:g} °C".replace("-", "−"),
            (1.0, limit),
            xycoords=("axes fraction", "data"),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            fontsize=8,
            fontweight="bold",
            annotation_clip=False,
        )


def _stretches(axes: "Axes", picture: LegPicture, read: Columns) -> None:
    """Excursions and gaps, from edge to edge and never too narrow to be seen."""
    least = (picture.until - picture.since) / 250
    for place, one in enumerate(picture.found, 1):
        until = one.until if one.kind == "gap" else _stands_until(picture, read, one)
        until = max(until, one.since + least)
        look = EXCURSION if one.kind == "excursion" else GAP
        axes.axvspan(
            one.since,  # pyright: ignore[reportArgumentType]
            until,  # pyright: ignore[reportArgumentType]
            gid=f"{one.kind}-{place}",
            linewidth=0.5,
            zorder=1,
            **look,
        )


def _stands_until(picture: LegPicture, read: Columns, one: Cited) -> datetime:
    """A reading stands for the time until the next one."""
    after = int(np.searchsorted(read.at_us, microseconds(one.until), side="right"))
    return picture.rows[after][0] if after < len(picture.rows) else picture.until


def _line(axes: "Axes", picture: LegPicture, read: Columns) -> None:
    from matplotlib.patheffects import Normal, Stroke  # noqa: PLC0415

    if not len(read.at_us):
        return
    places = drawn(read.at_us, read.celsius, spans(picture.found))
    at, celsius = _broken(read.at_us[places], read.celsius[places], picture.found)
    halo = [Stroke(linewidth=3.4, foreground="white"), Normal()]
    axes.plot(at.astype("datetime64[us]"), celsius, color="black", linewidth=1.1,  # pyright: ignore[reportArgumentType]
              gid="readings", zorder=4, path_effects=halo)  # fmt: skip
    for one in picture.found:
        if one.worst_c is None:
            continue
        where = _worst(picture, read, one)
        axes.plot([where], [one.worst_c], "v", color="white", markeredgecolor="black",  # pyright: ignore[reportArgumentType]
                  markersize=6, gid="worst", zorder=5)  # fmt: skip


def _broken(at_us: Times, celsius: Degrees, found: Sequence[Cited]) -> tuple[Times, Degrees]:
    """The line is broken where nothing was read: it must not look as if something was."""
    gaps = np.array([microseconds(one.since) + 1 for one in found if one.kind == "gap"], dtype=int)
    places = np.searchsorted(at_us, gaps)
    return np.insert(at_us, places, gaps), np.insert(celsius, places, np.nan)


def _worst(picture: LegPicture, read: Columns, one: Cited) -> datetime:
    first = int(np.searchsorted(read.at_us, microseconds(one.since)))
    last = int(np.searchsorted(read.at_us, microseconds(one.until), side="right"))
    at = first + int(np.nanargmin(np.abs(read.celsius[first:last] - (one.worst_c or 0.0))))
    return picture.rows[at][0]


def _marks(axes: "Axes", picture: LegPicture) -> None:
    """A line at each hand-over with its letter above; letters that would touch stand higher."""
    lasting, before, row = (picture.until - picture.since), None, 0
    for letter, mark in zip(LETTERS, picture.marks, strict=False):
        near = before is not None and mark.at - before < lasting * 0.035
        row, before = (row + 1) % 3 if near else 0, mark.at
        axes.axvline(mark.at, color="black", linestyle=(0, (1, 1.5)), linewidth=1.3,  # pyright: ignore[reportArgumentType]
                     gid=f"hand-over-{letter}", zorder=3)  # fmt: skip
        axes.annotate(
            letter,
            (mark.at, 1.0),  # pyright: ignore[reportArgumentType]
            xycoords=("data", "axes fraction"),
            xytext=(0, 9 + 14 * row),
            textcoords="offset points",
            ha="center",
            va="center",
            fontsize=8,
            fontweight="bold",
            bbox={"boxstyle": "circle,pad=0.22", "facecolor": "white", "linewidth": 0.9},
            arrowprops={"arrowstyle": "-", "linewidth": 0.7},
            annotation_clip=False,
        )


def _head(figure: "Figure", picture: LegPicture) -> None:
    way = {"outbound": "to the manufacturer", "inbound": "to the centre"}[picture.leg]
    height = figure.get_figheight()
    figure.text(0.015, 1 - 0.25 / height, f"{picture.coi}   unit {picture.unit}", fontsize=12,
                fontweight="bold", va="center", gid="title")  # fmt: skip
    figure.text(0.015, 1 - 0.5 / height, f"{picture.product}, leg {picture.number}, {way}. "
                f"Logger {picture.logger}: {len(picture.rows)} readings from packing to receipt.",
                fontsize=9, va="center")  # fmt: skip


def _beside(figure: "Figure", picture: LegPicture, said: Sequence[str]) -> None:
    """What lines and hatchings mean, and what was found, in the column beside the plot."""
    from matplotlib.lines import Line2D  # noqa: PLC0415
    from matplotlib.patches import Patch  # noqa: PLC0415

    signs: list[Any] = [
        Line2D([], [], color="black", linewidth=1.0),
        Patch(facecolor=BAND, edgecolor="black", linestyle=(0, (6, 3))),
        Patch(**EXCURSION),
        Patch(**GAP),
        Line2D([], [], color="black", linestyle=(0, (1, 1.5)), linewidth=1.3),
    ]
    names = ["Reading", f"Band: {band_said(picture.band)}", "Excursion (worst: triangle)",
             "Gap, or sensor lost", "Hand-over"]  # fmt: skip
    high = 1 - 0.5 / figure.get_figheight()
    figure.legend(signs, names, loc="upper left", bbox_to_anchor=(0.715, high),
                  frameon=False,
                  fontsize=8, borderaxespad=0, handlelength=2.6, labelspacing=0.55)  # fmt: skip
    top = 1 - (HEAD - 0.12) / figure.get_figheight()
    figure.text(0.72, top, "\n".join(said), fontsize=7.5, va="top", linespacing=1.35)
