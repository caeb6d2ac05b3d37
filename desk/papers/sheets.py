"""The pages under a paper: size, numbered feet, an outline, and a right table of contents."""

from io import BytesIO
from typing import Any

from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageTemplate

from desk.papers import look

FOOT_PT = 6.5


class Numbered(Canvas):
    """Knows how many pages there are before it draws the first foot."""

    foot = ""
    wide = False

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._pages: list[dict[str, Any]] = []

    def showPage(self) -> None:
        self._pages.append(dict(self.__dict__))
        self._startPage()  # pyright: ignore[reportAttributeAccessIssue]

    def save(self) -> None:
        for page in self._pages:
            self.__dict__.update(page)
            self._draw_foot(len(self._pages))
            super().showPage()
        super().save()

    def _draw_foot(self, count: int) -> None:
        width = (landscape(A4) if self.wide else A4)[0]
        self.setFont(look.SANS, FOOT_PT)
        self.drawString(look.MARGIN, 10 * mm, self.foot)
        self.drawRightString(width - look.MARGIN, 10 * mm, f"{self.getPageNumber()} of {count}")


class Sheets(BaseDocTemplate):
    """A4 sheets; every heading is in the outline and, where one was asked for, in the contents."""

    def __init__(self, into: BytesIO, title: str, *, wide: bool) -> None:
        size = landscape(A4) if wide else A4
        margins = dict.fromkeys(("leftMargin", "rightMargin", "topMargin"), look.MARGIN)
        super().__init__(
            into, pagesize=size, bottomMargin=18 * mm, title=title, creator="atmpflow",
            author="atmpflow", invariant=1, **margins,
        )  # fmt: skip
        frame = Frame(self.leftMargin, self.bottomMargin, self.width, self.height, 0, 0, 0, 0)
        self.addPageTemplates(PageTemplate(frames=[frame]))
        self._marks = 0

    def beforeDocument(self) -> None:
        self._marks = 0

    def afterFlowable(self, flowable: Flowable) -> None:
        level = getattr(flowable, "outline", 0)
        if not level:
            return
        text = getattr(flowable, "words", "")
        key = f"part-{self._marks}"
        self._marks += 1
        self.canv.bookmarkPage(key)
        self.canv.addOutlineEntry(text, key, level - 1, closed=level > 1)
        if getattr(flowable, "listed", True):
            self.notify("TOCEntry", (level - 1, text, self.page, key))


def print_sheets(story: list[Flowable], title: str, foot: str, *, wide: bool = False) -> bytes:
    """The PDF of a story of flowables; the same story gives the same bytes."""
    into = BytesIO()
    maker = type("Footed", (Numbered,), {"foot": foot, "wide": wide})
    Sheets(into, title, wide=wide).multiBuild(story, canvasmaker=maker)
    return into.getvalue()
