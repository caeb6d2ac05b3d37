"""When will the shipper under way leave its band? From the trend of its newest readings.

The slope is that of Theil and Sen: the median of the slopes of all pairs of readings, which a few
wild ones (a lid opened, a sensor that jumps) do not move. It is looked at over a short and a long
time: a shipper that runs dry warms within hours after days of nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations
from statistics import median

from atmpflow.products.spec import Band

WINDOWS = (timedelta(hours=2), timedelta(hours=12))
"""Operational default: times before the newest reading over which the trend is taken."""
FEWEST = 5
"""Readings below which there is no trend."""
MOST = 60
"""Readings of a window that are looked at, spread evenly: pairs grow with their square."""
ONE_WAY = 0.75
"""Share of the slopes that must go the same way: noise goes both ways."""
WARN_WITHIN = timedelta(hours=24)
"""Operational default: how long before it would leave its band people are told."""
FRESH = timedelta(hours=2)
"""Operational default: older readings say nothing of now; their absence is a gap, not a trend."""
TELL_AGAIN = timedelta(hours=2)
"""Operational default: so much sooner than people were told is told again."""

Reading = tuple[datetime, float]
"""When (UTC) and degrees Celsius."""


@dataclass(frozen=True, slots=True)
class Prediction:
    """When a shipper leaves its band, if it goes on as now."""

    leaves_at: datetime
    celsius_per_h: float
    latest_at: datetime
    latest_c: float


def predict(readings: Sequence[Reading], band: Band) -> Prediction | None:
    """The earliest moment at which any trend of the newest readings leaves the band.

    None where they go nowhere, go away from the limit, or are too few.
    """
    found = [one for window in WINDOWS if (one := _over(readings, window, band))]
    return min(found, key=lambda one: one.leaves_at, default=None)


def warns(prediction: Prediction | None, now: datetime) -> bool:
    """Must somebody be told by now?"""
    if prediction is None or now - prediction.latest_at > FRESH:
        return False
    return prediction.leaves_at - now <= WARN_WITHIN


def is_news(leaves_at: datetime, told: datetime | None) -> bool:
    """Was nobody told of this leg, or of a moment clearly later?"""
    return told is None or leaves_at <= told - TELL_AGAIN


def _over(readings: Sequence[Reading], window: timedelta, band: Band) -> Prediction | None:
    latest = max((at for at, _ in readings), default=None)
    if latest is None:
        return None
    some = _thinned([one for one in readings if latest - one[0] <= window])
    points = [((at - latest) / timedelta(hours=1), celsius) for at, celsius in some]
    slope = trend(points)
    if not slope:
        return None
    level = median(celsius - slope * hours for hours, celsius in points)
    limit = band.high_c if slope > 0 else band.low_c
    if limit is None:
        return None
    left_h = max((limit - level) / slope, 0.0)
    if left_h > WARN_WITHIN / timedelta(hours=1) * 100:  # too far to be said of a shipment
        return None
    return Prediction(latest + timedelta(hours=left_h), slope, latest, level)


def _thinned(readings: Sequence[Reading]) -> Sequence[Reading]:
    """At most `MOST`, in order of time, the newest among them."""
    ordered = sorted(readings, reverse=True)
    every = -(-len(ordered) // MOST)
    return ordered[:: max(every, 1)]


def trend(points: Sequence[tuple[float, float]]) -> float:
    """Degrees Celsius an hour: the median slope of all pairs; 0 where they agree on no way."""
    if len(points) < FEWEST:
        return 0.0
    slopes = list(_slopes(points))
    middle = median(slopes) if slopes else 0.0
    moving = [slope for slope in slopes if slope]
    same = sum((slope > 0) == (middle > 0) for slope in moving)
    return middle if middle and same >= ONE_WAY * len(moving) else 0.0


def _slopes(points: Sequence[tuple[float, float]]) -> Iterator[float]:
    for (before, colder), (after, warmer) in combinations(points, 2):
        if after != before:
            yield (warmer - colder) / (after - before)
