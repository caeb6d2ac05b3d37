"""A label as a printer and a scanner would have it: its pages as pictures, its symbol decoded."""

from collections.abc import Sequence

import pypdfium2
import zxingcpp
from PIL.Image import Image

DOTS_PER_MM = 8
"""A label printer of 203 dots an inch."""


def pages(pdf: bytes) -> list[Image]:
    """Each page in black and white, as a thermal printer puts it on paper."""
    document = pypdfium2.PdfDocument(pdf)
    scale = DOTS_PER_MM * 25.4 / 72
    return [page.render(scale=scale).to_pil().convert("1").convert("L") for page in document]


def words(pdf: bytes) -> list[str]:
    """The text of each page."""
    document = pypdfium2.PdfDocument(pdf)
    return [page.get_textpage().get_text_bounded() for page in document]


def scans(pictures: Sequence[Image]) -> list[str]:
    """What a scanner sends for each picture: symbology identifier, then data with GS."""
    return [_scan(picture) for picture in pictures]


def _scan(picture: Image) -> str:
    (found,) = zxingcpp.read_barcodes(picture, text_mode=zxingcpp.TextMode.Plain)
    assert found.format == zxingcpp.BarcodeFormat.DataMatrix
    return found.symbology_identifier + found.text
