"""Looking at a picture as a person without colours would: its greys, its groups, its words."""

from io import BytesIO
from itertools import combinations
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import numpy.typing as npt
from PIL import Image

from tasks.pictures.paper import drawing


def groups(svg: bytes) -> set[str]:
    """The names of a picture's parts; it must be XML."""
    root = ET.fromstring(svg)  # noqa: S314 - our own
    return {one.get("id", "") for one in root.iter() if one.get("id")}


def words(svg: bytes) -> str:
    """Everything that is written on a picture."""
    root = ET.fromstring(svg)  # noqa: S314 - our own
    return "\n".join(
        "".join(one.itertext()) for one in root.iter("{http://www.w3.org/2000/svg}text")
    )


def greys(png: bytes) -> npt.NDArray[np.uint8]:
    """A picture as a black and white printer has it, 0 black to 255 white."""
    return np.asarray(Image.open(BytesIO(png)).convert("L"))


def touching(figure: Any) -> list[tuple[str, str]]:
    """Pairs of texts that run into each other, and texts that run off the paper."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.text import Text

    canvas = FigureCanvasAgg(figure)
    with drawing():
        canvas.draw()
    renderer = canvas.get_renderer()
    texts = [
        (one.get_text(), one.get_window_extent(renderer))
        for one in figure.findobj(Text)
        if one.get_visible() and one.get_text().strip()
    ]
    paper = figure.bbox
    off = [
        (text, "off the paper")
        for text, box in texts
        if box.x0 < 0 or box.y0 < 0 or box.x1 > paper.x1 or box.y1 > paper.y1
    ]
    return off + [
        (text, other)
        for (text, box), (other, beside) in combinations(texts, 2)
        if text not in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" and box.overlaps(beside)
    ]
