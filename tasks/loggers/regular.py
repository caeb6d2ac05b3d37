"""The quick way through a file that is regular from its first to its last byte.

Anything else goes the careful way, row by row, which alone knows how to say what is wrong.
"""

import re

import numpy as np

from models.reading import Readings
from tasks.loggers.log import COLDEST_C, WARMEST_C, sorted_readings

HEADER = "timestamp,temp_c\n"
_WHOLE = re.compile(
    r"(?:\d{4}-\d\d-\d\d[ T]\d\d:\d\d(?::\d\d)?,[+-]?\d{1,3}(?:\.\d{1,6})?\n)+", re.ASCII
)


def regular(text: str) -> Readings | None:
    """The readings of a plain file in UTC; none where any byte of it is not as expected."""
    text = text.replace("\r\n", "\n")
    if not text.startswith(HEADER):
        return None
    body = text[len(HEADER) :].rstrip("\n") + "\n"
    if _WHOLE.fullmatch(body) is None:
        return None
    cells = body.replace("\n", ",").split(",")
    try:
        at = np.array(cells[0:-1:2], dtype="datetime64[us]").astype(np.int64)
    except ValueError:  # a thirteenth month, a thirty-first of June
        return None
    celsius = np.array(cells[1:-1:2], dtype=np.float64)
    if celsius.min() < COLDEST_C or celsius.max() > WARMEST_C:
        return None
    return sorted_readings(Readings(at, celsius))
