"""Labels as PDF, one a page, and as SVG: the same marks in both."""

from collections.abc import Sequence
from html import escape
from io import BytesIO

from reportlab.pdfgen.canvas import Canvas

from desk.labels.marks import POINT_MM, Box, Line, Mark, Sheet

_FAMILY = "Bitstream Vera Sans, DejaVu Sans, Verdana, sans-serif"


def as_pdf(sheets: Sequence[Sheet]) -> bytes:
    """One page a label, in its own size; the same labels give the same bytes."""
    buffer = BytesIO()
    canvas = Canvas(buffer, invariant=1, pageCompression=1)
    canvas.setTitle("; ".join(sheet.title for sheet in sheets))
    canvas.setCreator("atmpflow")
    for sheet in sheets:
        canvas.setPageSize((sheet.width / POINT_MM, sheet.height / POINT_MM))
        for mark in sheet.marks:
            _draw(canvas, sheet, mark)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _draw(canvas: Canvas, sheet: Sheet, mark: Mark) -> None:
    canvas.setFillGray(0 if mark.black else 1)
    if isinstance(mark, Box):
        left, low = mark.x / POINT_MM, (sheet.height - mark.y - mark.height) / POINT_MM
        size = mark.width / POINT_MM, mark.height / POINT_MM
        canvas.rect(left, low, *size, stroke=0, fill=1)
        return
    canvas.setFont(mark.font, mark.size_pt)
    canvas.drawString(mark.x / POINT_MM, (sheet.height - mark.y) / POINT_MM, mark.text)


def as_svg(sheet: Sheet) -> str:
    """One label as a picture; each text is held to the width it has on paper."""
    width, height = f"{sheet.width:g}", f"{sheet.height:g}"
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}mm" height="{height}mm"'
        f' viewBox="0 0 {width} {height}" role="img" font-family="{_FAMILY}">'
    )
    paper = f'<rect width="{width}" height="{height}" fill="#fff"/>'
    marks = (_box(one) if isinstance(one, Box) else _text(one) for one in sheet.marks)
    title = f"<title>{escape(sheet.title)}</title>"
    return "\n".join((head, title, paper, *marks, "</svg>", ""))


def _box(box: Box) -> str:
    place = f'x="{box.x:.3f}" y="{box.y:.3f}"'
    crisp = ' shape-rendering="crispEdges"'
    size = f'width="{box.width:.3f}" height="{box.height:.3f}"'
    return f'<rect {place} {size} fill="{_colour(box)}"{crisp}/>'


def _text(line: Line) -> str:
    weight = ' font-weight="bold"' if line.bold else ""
    size = f'font-size="{line.size_pt * POINT_MM:.3f}" textLength="{line.width:.3f}"'
    place = f'x="{line.x:.3f}" y="{line.y:.3f}"'
    return f'<text {place} {size}{weight} fill="{_colour(line)}">{escape(line.text)}</text>'


def _colour(mark: Mark) -> str:
    return "#000" if mark.black else "#fff"
