"""The DataMatrix of a label (ISO/IEC 16022), with GS1's FNC1 in front."""

from collections.abc import Iterator, Sequence

from pystrich.datamatrix import DataMatrixData, DataMatrixEncoder
from pystrich.gs1 import GS1Fixed, GS1Variable

from atmpflow.codes.elements import Element
from atmpflow.codes.gs1_identifiers import identifiers
from desk.labels.marks import Box

QUIET_MODULES = 2


def _data(elements: Sequence[Element]) -> DataMatrixData:
    known = identifiers()
    return DataMatrixData.gs1(
        *((GS1Fixed if known[one.ai].fixed else GS1Variable)(one.ai, one.value) for one in elements)
    )


def boxes(elements: Sequence[Element], x: float, y: float, side: float) -> Iterator[Box]:
    """The symbol's dark modules in a square of `side` mm, its quiet zone within."""
    marks = DataMatrixEncoder(_data(elements), quiet_zone=QUIET_MODULES).get_rect_marks()
    module = side / marks.width
    for left, top, width, height in marks.marks:
        yield Box(x + left * module, y + top * module, width * module, height * module)
