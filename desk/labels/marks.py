"""A label as marks on paper: rectangles and lines of text, in millimetres from the top left."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import reportlab
from reportlab.pdfbase.pdfmetrics import getFont, registerFont, stringWidth
from reportlab.pdfbase.ttfonts import TTFont

from atmpflow.errors import Refused

POINT_MM = 25.4 / 72
SMALLEST_PT = 5.5
"""What can still be read on a thawing bag; below it a label is refused."""

_FONTS = {"Label": "Vera.ttf", "Label-Bold": "VeraBd.ttf"}


@dataclass(frozen=True, slots=True)
class Box:
    """A filled rectangle, black or white."""

    x: float
    y: float
    width: float
    height: float
    black: bool = True


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text on its baseline; `width` is what it takes."""

    x: float
    y: float
    text: str
    size_pt: float
    bold: bool = False
    black: bool = True

    @property
    def font(self) -> str:
        return font_name(bold=self.bold)

    @property
    def width(self) -> float:
        return width_mm(self.text, self.size_pt, bold=self.bold)


Mark = Box | Line


@dataclass(frozen=True, slots=True)
class Sheet:
    """One label ready to be drawn."""

    width: float
    height: float
    title: str
    marks: tuple[Mark, ...]


@cache
def _registered() -> None:
    folder = Path(reportlab.__file__).parent / "fonts"
    for name, file in _FONTS.items():
        registerFont(TTFont(name, folder / file))


def font_name(*, bold: bool) -> str:
    """The name of a font that is embedded in every PDF, so that it prints as it was looked at."""
    _registered()
    return "Label-Bold" if bold else "Label"


def width_mm(text: str, size_pt: float, *, bold: bool = False) -> float:
    """How wide a text is. Raises Refused `label-character` where a letter would be missing."""
    font = font_name(bold=bold)
    known: dict[int, int] = getFont(font).face.charToGlyph  # pyright: ignore[reportAttributeAccessIssue]
    if any(ord(letter) not in known for letter in text):
        message = "The label's font lacks a letter of what it must say."
        raise Refused("label-character", "", message, "Write it in Latin letters.")
    return stringWidth(text, font, size_pt) * POINT_MM


def fitted(text: str, most_pt: float, room_mm: float, *, bold: bool = False) -> float:
    """The largest size, at most `most_pt`, at which the text has room.

    Raises Refused `label-space`: text is never cut off.
    """
    size = min(most_pt, most_pt * room_mm / max(width_mm(text, most_pt, bold=bold), 0.1))
    if size < SMALLEST_PT:
        raise no_room()
    return int(size * 10) / 10


def no_room() -> Refused:
    """What is said when a label would have to leave something out."""
    message = "The label has no room for this in letters that can be read."
    return Refused("label-space", "", message, "Shorten the unit or batch number.")


def wrapped(text: str, size_pt: float, room_mm: float) -> list[str]:
    """The text in lines that have room."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if width_mm(longer, size_pt) <= room_mm:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines
