"""What all pictures have in common: paper, letters, moments in two zones, and their files.

Ink is black and grey: what must be told apart differs in line style, hatching or mark.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LONDON = ZoneInfo("Europe/London")
DOTS_PER_INCH = 110
GREYS = 16
"""So many suffice for lines and letters, and keep a PNG small."""

FONT = "DejaVu Sans"
LIKE_IT = f"'{FONT}', Verdana, sans-serif"
"""What a browser without the font takes instead: letters of the same width."""

LOOK: Any = {
    "font.family": FONT,
    "font.size": 9,
    "svg.fonttype": "none",
    "svg.hashsalt": "atmpflow",
    "hatch.linewidth": 0.7,
    "axes.linewidth": 0.8,
    "path.simplify": False,
}


_PATH = re.compile(r' d="[^"]*"')
_FIGURE = re.compile(r"([0-9]+\.[0-9]{2})[0-9]+")


def sheet(width: float, height: float) -> "Figure":
    """Empty paper, in inches."""
    from matplotlib.figure import Figure  # noqa: PLC0415 - only where a picture is drawn

    return Figure(figsize=(width, height), facecolor="white")


@contextmanager
def drawing() -> Iterator[None]:
    """Everything within is drawn in our look."""
    from matplotlib import rc_context  # noqa: PLC0415

    with rc_context(LOOK):
        yield


def as_svg(figure: "Figure", title: str) -> bytes:
    """The picture as SVG; the same picture gives the same bytes."""
    buffer = BytesIO()
    with drawing():
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Title": title})
    text = _PATH.sub(_shortened, buffer.getvalue().decode())
    return text.replace(f"'{FONT}'", LIKE_IT).encode()


def _shortened(path: re.Match[str]) -> str:
    """A hundredth of a point is finer than any printer."""
    return _FIGURE.sub(r"\1", path.group())


def as_png(figure: "Figure", title: str) -> bytes:
    """The picture as PNG in greys."""
    from PIL import Image, PngImagePlugin  # noqa: PLC0415

    buffer, small = BytesIO(), BytesIO()
    with drawing():
        figure.savefig(buffer, format="png", dpi=DOTS_PER_INCH)
    said = PngImagePlugin.PngInfo()
    said.add_text("Title", title)
    greys = Image.open(buffer).convert("L").quantize(GREYS)
    greys.save(small, format="PNG", optimize=True, pnginfo=said)
    return small.getvalue()


def utc(at: datetime) -> str:
    """A moment in UTC, to the minute."""
    return f"{at.astimezone(UTC):%d %b %Y %H:%M}"


def local(at: datetime) -> str:
    """The time of day that clocks in the United Kingdom show, with the day where it is another."""
    there = at.astimezone(LONDON)
    day = "" if there.date() == at.astimezone(UTC).date() else f"{there:%d %b} "
    return f"{day}{there:%H:%M} {there:%Z}"


def both(at: datetime) -> str:
    """A moment in UTC and as clocks in the United Kingdom show it."""
    return f"{utc(at)} UTC ({local(at)})"
