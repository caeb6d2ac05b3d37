"""Where everything stands on a label of 100 by 80 mm (or 100), or on a band of 100 by 36 mm.

Black on white, and what must not be missed white on black: it survives a thermal printer, a
photocopy and frost. Identifiers and expiry are the largest, the symbol is at the top right.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from atmpflow.codes.elements import bracketed
from desk.labels.content import Content
from desk.labels.marks import POINT_MM, Box, Line, Mark, Sheet, fitted, no_room, wrapped
from desk.labels.symbol import boxes

WIDTH, BAND_HEIGHT = 100.0, 36.0
HEIGHTS = (80.0, 100.0)
MARGIN = 3.0
SYMBOL = 25.0
_NAMES = 17.0
"""Width of the names of facts."""
_ROW_PT = 8.5


@dataclass
class Page:
    """The marks so far, and how far down the page they reach."""

    marks: list[Mark] = field(default_factory=list[Mark])
    y: float = MARGIN

    def line(
        self, text: str, size_pt: float, room: float, *, x: float = MARGIN, **look: bool
    ) -> None:
        """One line below the last; smaller where it would not fit."""
        size = fitted(text, size_pt, room, bold=look.get("bold", False))
        self.y += size_pt * POINT_MM
        self.marks.append(Line(x, self.y, text, size, **look))
        self.y += size_pt * POINT_MM * 0.32

    def rule(self, width: float) -> None:
        """A thin line across."""
        self.marks.append(Box(MARGIN, self.y + 0.3, width, 0.25))
        self.y += 1.3


def laid_out(content: Content) -> Sheet:
    """The whole label, on the smallest paper that holds it.

    Raises Refused `label-space` or `label-character`.
    """
    band = not content.facts
    page = _body(content, band=band)
    room = WIDTH - 3 * MARGIN - SYMBOL if band else WIDTH - 2 * MARGIN
    for height in (BAND_HEIGHT,) if band else HEIGHTS:
        footer = list(_footer(content, height, room))
        if page.y <= min(line.y - line.size_pt * POINT_MM for line in footer):
            symbol = boxes(content.elements, WIDTH - MARGIN - SYMBOL, MARGIN - 1, SYMBOL)
            title = ", ".join(f"{name} {value}" for name, value in content.identifiers)
            return Sheet(WIDTH, height, title, (*page.marks, *symbol, *footer))
    raise no_room()


def _body(content: Content, *, band: bool) -> Page:
    page = Page()
    _top(page, content, WIDTH - 3 * MARGIN - SYMBOL, heading_pt=9 if band else 15)
    if not band:
        page.y = max(page.y, MARGIN + SYMBOL - 1)
        page.rule(WIDTH - 2 * MARGIN)
        _facts(page, content)
        _warnings(page, content.warnings)
        _handling(page, " ".join(content.notes))
    return page


def _top(page: Page, content: Content, room: float, *, heading_pt: float) -> None:
    page.line(content.heading, heading_pt, room, bold=True)
    for text in wrapped(content.subheading, 7.5, room):
        page.line(text, 7.5, room)
    for text, bold in zip(content.patient, (True, False), strict=False):
        page.line(text, 9 if bold else 7.5, room, bold=bold)
    page.y += 0.4
    for name, value in content.identifiers:
        _named(page, name, value, 12, room)


def _named(page: Page, name: str, value: str, size_pt: float, room: float) -> None:
    """A name in small letters and its value beside it, in large ones."""
    step = 11.0
    at = page.y + size_pt * POINT_MM
    page.marks.append(Line(MARGIN, at, name, 7))
    page.line(value, size_pt, room - step, x=MARGIN + step, bold=True)


def _facts(page: Page, content: Content) -> None:
    """Two facts a row; the last, how to store it, has a row of its own."""
    half, first = WIDTH / 2 - MARGIN, content.facts[:-1]
    for place, (name, value) in enumerate(first):
        left = MARGIN + half * (place % 2)
        _fact(page, (name, value), left, half - 2)
        if place % 2 == 0 and place + 1 < len(first):
            page.y -= _ROW_PT * POINT_MM * 1.32
    _fact(page, content.facts[-1], MARGIN, 2 * half, bold=True)
    if content.expiry:
        _expiry(page, *content.expiry, room=2 * half - _NAMES)


def _fact(page: Page, fact: tuple[str, str], x: float, room: float, *, bold: bool = False) -> None:
    page.marks.append(Line(x, page.y + _ROW_PT * POINT_MM, fact[0], 7))
    page.line(fact[1], _ROW_PT, room - _NAMES, x=x + _NAMES, bold=bold)


def _expiry(page: Page, utc: str, local: str, *, room: float) -> None:
    page.y += 0.6
    page.marks.append(Line(MARGIN, page.y + 13 * POINT_MM, "EXPIRES", 7, bold=True))
    page.line(utc, 13, room, x=MARGIN + _NAMES, bold=True)
    page.line(local, _ROW_PT, room, x=MARGIN + _NAMES)
    page.y += 1.2


def _warnings(page: Page, warnings: tuple[str, ...]) -> None:
    width, height = WIDTH - 2 * MARGIN, 5.2
    for text in warnings:
        size = fitted(text, 10, width - 4, bold=True)
        page.marks.append(Box(MARGIN, page.y, width, height))
        page.marks.append(Line(MARGIN + 2, page.y + 3.8, text, size, bold=True, black=False))
        page.y += height + 0.6


def _handling(page: Page, text: str) -> None:
    room = WIDTH - 2 * MARGIN
    for line in wrapped(text, 8, room):
        page.line(line, 8, room)


def _footer(content: Content, height: float, room: float) -> Iterator[Line]:
    """Whose it is, and below it what the symbol holds, for a hand where the scanner fails."""
    by_eye = " ".join(bracketed((one,)) for one in content.elements)
    lines = [(text, 6.5) for text in wrapped(content.maker, 6.5, room)]
    lines += [(text, 5.5) for text in wrapped(by_eye, 5.5, room)]
    y = height - MARGIN
    for text, size in reversed(lines):
        yield Line(MARGIN, y, text, fitted(text, size, room))
        y -= size * POINT_MM * 1.2
