"""Which of many readings must be drawn, so that the line looks the same and no extreme is lost?"""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

Times = npt.NDArray[np.int64]
Degrees = npt.NDArray[np.float64]

COLUMNS = 700
"""About as many as the plot has pixels across."""


def drawn(
    at_us: Times, celsius: Degrees, spans: Iterable[tuple[int, int]]
) -> npt.NDArray[np.int64]:
    """The places of the readings to draw, in order.

    The first, last, lowest and highest of each column of pixels; the lowest and highest of each
    of `spans` (microseconds, both ends included); where the sensor was lost, its first and last.
    """
    if len(at_us) <= 4 * COLUMNS:
        return np.arange(len(at_us))
    kept = [_of_columns(at_us, celsius), _edges(np.isnan(celsius))]
    for since, until in spans:
        first, last = np.searchsorted(at_us, since), np.searchsorted(at_us, until, side="right")
        kept.append(_extremes(celsius, np.array([first]), np.array([last])))
    return np.unique(np.concatenate(kept))


def _of_columns(at_us: Times, celsius: Degrees) -> npt.NDArray[np.int64]:
    edges = np.linspace(at_us[0], at_us[-1] + 1, COLUMNS + 1)
    bounds = np.searchsorted(at_us, edges)
    first, last = bounds[:-1], bounds[1:]
    some = last > first
    first, last = first[some], last[some]
    return np.concatenate([first, last - 1, _extremes(celsius, first, last)])


def _extremes(
    celsius: Degrees, first: npt.NDArray[np.int64], last: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    """The places of the lowest and highest from each first until before each last."""
    found: list[int] = []
    for begin, end in zip(first.tolist(), last.tolist(), strict=True):
        part = celsius[begin:end]
        if np.isfinite(part).any():
            found += [begin + int(np.nanargmin(part)), begin + int(np.nanargmax(part))]
    return np.array(found, dtype=np.int64)


def _edges(lost: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    """The first and last of each run without a sensor, and the readings beside it."""
    changes = np.flatnonzero(lost[1:] != lost[:-1])
    return np.concatenate([changes, changes + 1])
