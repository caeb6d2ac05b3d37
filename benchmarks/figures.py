"""What a benchmark gives: named figures, each with its unit and what it means."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import linear_regression, median
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value; `least` or `most` is the limit it is held to, where there is one."""

    name: str
    value: float
    unit: str
    meaning: str
    least: float | None = None
    most: float | None = None

    @property
    def within(self) -> bool | None:
        """Is the limit kept? None where there is none."""
        if self.least is None and self.most is None:
            return None
        return (self.least is None or self.value >= self.least) and (
            self.most is None or self.value <= self.most
        )


@dataclass(frozen=True, slots=True)
class Result:
    """What one benchmark measured, and over how many of what."""

    benchmark: str
    size: int
    figures: tuple[Figure, ...]

    def as_json(self) -> dict[str, Any]:
        """Figures by name, ratios and limits beside them; the keys stay as they are."""
        held = {one.name: one for one in self.figures if one.within is not None}
        return {
            "benchmark": self.benchmark,
            "size": self.size,
            "figures": {one.name: _short(one.value) for one in self.figures if one.unit != "x"},
            "ratios": {one.name: _short(one.value) for one in self.figures if one.unit == "x"},
            "limits": {
                name: {"least": one.least, "most": one.most, "within": one.within}
                for name, one in held.items()
            },
        }


def _short(value: float) -> float:
    """Four digits; more would be noise."""
    return float(f"{value:.4g}")


def percentile(values: Iterable[float], percent: float) -> float:
    """The smallest value that `percent` of all do not exceed. Raises ValueError for none."""
    ordered = sorted(values)
    if not ordered:
        raise ValueError("nothing was measured")
    return ordered[max(math.ceil(len(ordered) * percent / 100) - 1, 0)]


def per_second(seconds: Sequence[float]) -> float:
    """How many fit into a second, by the median: a neighbour's burst does not count."""
    return 1 / median(seconds)


def exponent(measured: Sequence[tuple[float, float]]) -> float:
    """To which power of the size the time grows: the slope of a line through their logarithms."""
    sizes, times = zip(*((math.log(size), math.log(took)) for size, took in measured), strict=True)
    return linear_regression(sizes, times).slope
