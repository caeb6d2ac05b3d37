"""How papers look: fonts that know every letter we write, sizes, and greys."""

from functools import cache
from pathlib import Path

from reportlab.lib.colors import Color, black, white
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import registerFont, registerFontFamily
from reportlab.pdfbase.ttfonts import TTFont

SANS, BOLD, MONO = "Paper", "Paper-Bold", "Paper-Mono"
_FILES = {SANS: "DejaVuSans.ttf", BOLD: "DejaVuSans-Bold.ttf", MONO: "DejaVuSansMono.ttf"}

MARGIN = 18 * mm
INK, PAPER = black, white
PALE = Color(0.93, 0.93, 0.93)
LINE = Color(0.6, 0.6, 0.6)

_HEADINGS = {1: (13, 14), 2: (10.5, 10), 3: (9, 6)}
"""Of each level: the size and the space before, in points."""


@cache
def fonts() -> None:
    """Make the fonts known; they are embedded, so that a paper prints as it was looked at."""
    # Imported here: it takes a moment, and most commands print no paper.
    from matplotlib import get_data_path  # noqa: PLC0415

    folder = Path(get_data_path()) / "fonts" / "ttf"
    for name, file in _FILES.items():
        registerFont(TTFont(name, folder / file))
    registerFontFamily(SANS, normal=SANS, bold=BOLD, italic=SANS, boldItalic=BOLD)


def _style(name: str, **more: object) -> ParagraphStyle:
    return ParagraphStyle(name, **{"fontName": SANS, "fontSize": 8.5, "leading": 11.5, **more})


TITLE = _style("title", fontName=BOLD, fontSize=18, leading=23, spaceAfter=4)
SUBTITLE = _style("subtitle", fontSize=10, leading=14, spaceAfter=10)
TEXT = _style("text", spaceAfter=5)
CELL = _style("cell", fontSize=7, leading=9, splitLongWords=1)
HEAD = _style("head", fontName=BOLD, fontSize=7, leading=9)
NOTICE = _style("notice", fontName=BOLD, fontSize=9, leading=13)
CAPTION = _style("caption", fontSize=7, leading=9, spaceAfter=8)
CODE = _style("code", fontName=MONO, fontSize=6.5, leading=8.5, splitLongWords=1)


def heading(level: int) -> ParagraphStyle:
    """The look of a heading, 1 to 3."""
    size, before = _HEADINGS[level]
    more = {"fontSize": size, "leading": size * 1.3, "spaceBefore": before, "spaceAfter": 4}
    return _style(f"heading-{level}", fontName=BOLD, **more)
