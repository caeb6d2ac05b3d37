"""A paper: headings, words, tables and pictures in the order in which they are read, then a PDF."""

from collections.abc import Iterable, Sequence
from html import escape
from io import BytesIO
from typing import Any

from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.shapes import Drawing
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.platypus import (
    CondPageBreak,
    Flowable,
    KeepTogether,
    LongTable,
    PageBreak,
    Paragraph,
    Spacer,
    TableStyle,
)
from reportlab.platypus.tableofcontents import TableOfContents

from desk.papers import look
from desk.papers.sheets import print_sheets

TALLEST = 225 * mm
LOWEST = 25 * mm
"""A heading with less room than this beneath it goes to the next page."""

NAME_SHARE = 0.28
"""How much of a line the names of facts take."""

_GRID = [
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ("LINEBELOW", (0, 0), (-1, -1), 0.3, look.LINE),
    ("TOPPADDING", (0, 0), (-1, -1), 2),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 2.5),
    ("LEFTPADDING", (0, 0), (-1, -1), 2),
    ("RIGHTPADDING", (0, 0), (-1, -1), 4),
    ("FONT", (0, 0), (-1, -1), look.SANS, look.CELL.fontSize, look.CELL.leading),
]
BESIDE = 6.5
"""What the sides of a cell take of its width, in points, and a little."""


class Picture(Flowable):
    """A picture that is unpacked only while it is drawn: a long paper has hundreds."""

    def __init__(self, png: bytes, width: float, height: float) -> None:
        super().__init__()
        self._png, self.width, self.height = png, width, height

    def draw(self) -> None:
        at = ImageReader(BytesIO(self._png))
        self.canv.drawImage(at, 0, 0, self.width, self.height, mask="auto")


class Paper:
    """A paper on A4 in black and grey; `foot` stands on every page with its number.

    All words are printed as they are: nothing in them is taken for markup.
    """

    def __init__(self, title: str, subtitle: str, *, foot: str, wide: bool = False) -> None:
        look.fonts()
        self.title, self.foot, self.wide = title, foot, wide
        self.width = (297 * mm if wide else 210 * mm) - 2 * look.MARGIN
        self._story: list[Flowable] = []
        self._depth = 3
        self._words(title, look.TITLE)
        self._words(subtitle, look.SUBTITLE)

    def _words(self, text: str, style: Any) -> Paragraph:
        made = Paragraph(_safe(text), style)
        self._story.append(made)
        return made

    def contents(self, depth: int = 3) -> None:
        """A table of contents, here: of headings down to the level `depth`."""
        self._depth = depth
        table = TableOfContents(dotsMinLevel=0)
        table.levelStyles = [look.TEXT.clone(f"c{n}", leftIndent=10 * n) for n in range(3)]
        self._story.extend((table, PageBreak()))

    def heading(self, text: str, level: int = 1, *, listed: bool = True) -> None:
        """A heading, 1 to 3; where it is listed, it is in the outline and the contents."""
        # Not "keep with next": a table that is longer than a page would take the heading with it.
        self._story.append(CondPageBreak(LOWEST))
        made: Any = self._words(text, look.heading(level))
        made.outline, made.words = level if listed else 0, text
        made.listed = level <= self._depth

    def text(self, text: str) -> None:
        """A paragraph."""
        self._words(text, look.TEXT)

    def code(self, text: str) -> None:
        """Hashes, queries and the like, in letters of one width, line for line."""
        for line in text.splitlines() or [""]:
            self._words(line.replace(" ", "\N{NO-BREAK SPACE}"), look.CODE)
        self.gap()

    def notice(self, text: str) -> None:
        """What must not be overlooked: in bold, in a frame."""
        box = LongTable([[Paragraph(_safe(text), look.NOTICE)]], colWidths=[self.width])
        box.setStyle(TableStyle([("BOX", (0, 0), (-1, -1), 1.2, look.INK)]))
        self._story.append(box)
        self.gap()

    def facts(self, pairs: Iterable[tuple[str, object]]) -> None:
        """Names with their values, one a line."""
        rows = [[_cell(name, look.HEAD), _cell(value)] for name, value in pairs]
        shares = (NAME_SHARE, 1 - NAME_SHARE)
        self._table(rows, shares, [])

    def table(
        self,
        columns: Sequence[str],
        rows: Iterable[Sequence[object]],
        shares: Sequence[float] | None = None,
        *,
        empty: str = "None on record.",
    ) -> None:
        """A table whose head stands on every page; `shares` are the columns' parts of the width.

        Where there are no rows, it says so in words.
        """
        shares = shares or [1.0] * len(columns)
        rooms = [self.width * share / sum(shares) - BESIDE for share in shares]
        body = [[_light(*one) for one in zip(row, rooms, strict=True)] for row in rows]
        if not body:
            self.text(empty)
            return
        head = [_cell(one, look.HEAD) for one in columns]
        self._table([head, *body], shares, [("BACKGROUND", (0, 0), (-1, 0), look.PALE)], head=1)

    def _table(
        self, rows: list[list[Any]], shares: Sequence[float], more: list[Any], head: int = 0
    ) -> None:
        if not rows:
            return
        widths = [self.width * share / sum(shares) for share in shares]
        made = LongTable(rows, colWidths=widths, repeatRows=head, splitInRow=1)
        made.setStyle(TableStyle([*_GRID, *more]))
        self._story.append(made)
        self.gap()

    def picture(self, png: bytes, caption: str, width_mm: float | None = None) -> None:
        """A picture as wide as the page, or as wide as is said; never taller than the page."""
        wide, high = ImageReader(BytesIO(png)).getSize()
        width = min(width_mm * mm if width_mm else self.width, self.width)
        width = min(width, TALLEST / (1.4 if self.wide else 1) * wide / high)
        made = Picture(png, width, width * high / wide)
        self._story.append(KeepTogether([made, Paragraph(_safe(caption), look.CAPTION)]))

    def qr(self, text: str, caption: str, size_mm: float = 35) -> None:
        """A QR code (ISO/IEC 18004) with what it says beneath."""
        size = size_mm * mm
        drawing = Drawing(size, size)
        drawing.add(QrCodeWidget(text, barWidth=size, barHeight=size, barLevel="M"))
        drawing.hAlign = "LEFT"
        self._story.append(drawing)
        self._words(caption, look.CAPTION)

    def gap(self) -> None:
        """A little room."""
        self._story.append(Spacer(1, 3 * mm))

    def next_page(self) -> None:
        """What follows begins on a new page."""
        self._story.append(PageBreak())

    def pdf(self) -> bytes:
        """The paper as PDF; the same paper gives the same bytes. It can be printed once."""
        return print_sheets(self._story, self.title, self.foot, wide=self.wide)


def _safe(text: str) -> str:
    return escape(text, quote=False).replace("\n", "<br/>")


def _light(value: object, room: float) -> Any:
    """A cell that is one line as bare words: a long paper has a great many of them."""
    text = "" if value is None else str(value)
    if "\n" in text or stringWidth(text, look.SANS, look.CELL.fontSize) > room:
        return _cell(text)
    return text


def _cell(value: object, style: Any = look.CELL) -> Paragraph:
    return Paragraph(_safe("" if value is None else str(value)), style)
