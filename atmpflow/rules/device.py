"""Does what a logger computed itself follow from the readings it wrote? To its own rounding.

A device measures more often than it writes and truncates what it shows: each time beyond a limit
may begin and end up to one interval away from what the written readings show.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import floor

from atmpflow.rules.kinetic import ACTIVATION_KJ_PER_MOL, mean_kinetic_c

STANDS_FOR = 2
"""A reading stands for so many intervals at most: beyond that the sensor or the clock was off."""

Minute = tuple[float, float | None]
"""Minutes since any moment, and degrees Celsius; None where the sensor was disconnected."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """One alarm of the device: its limit and how long it counted beyond it, in minutes."""

    limit_c: float
    above: bool
    minutes: float
    single: bool = False
    """Counts only events that outlast its delay, each by itself."""

    def beyond(self, celsius: float | None) -> bool:
        if celsius is None:
            return False
        return celsius > self.limit_c if self.above else celsius < self.limit_c


@dataclass(frozen=True, slots=True)
class DeviceSays:
    """What the device itself computed; compared with our judgement, never believed instead."""

    lowest_c: float | None = None
    highest_c: float | None = None
    mean_c: float | None = None
    mean_kinetic_c: float | None = None
    energy_kj_per_mol: float | None = None
    alarms: tuple[Alarm, ...] = ()


def disagreements(
    said: DeviceSays, readings: Sequence[Minute], interval_min: float | None
) -> tuple[str, ...]:
    """Where the device says otherwise than its readings, each in a few words; none when it agrees.

    Alarms can only be compared where the interval is known.
    """
    return (*_degrees(said, readings), *_alarms(said, readings, interval_min))


def _degrees(said: DeviceSays, readings: Sequence[Minute]) -> Iterator[str]:
    celsius = [value for _, value in readings if value is not None]
    if not celsius:
        return
    energy = said.energy_kj_per_mol or ACTIVATION_KJ_PER_MOL
    for what, its, ours in (
        ("lowest", said.lowest_c, min(celsius)),
        ("highest", said.highest_c, max(celsius)),
        ("mean", said.mean_c, sum(celsius) / len(celsius)),
        ("mean kinetic", said.mean_kinetic_c, mean_kinetic_c(((c, 1.0) for c in celsius), energy)),
    ):
        if its is not None and not _same(its, ours, exact=what in ("lowest", "highest")):
            yield f"device: {what} {its:g} C, its readings say {ours:.2f} C"


def _same(its: float, ours: float, *, exact: bool) -> bool:
    """Means are truncated to a tenth; an extreme that no reading shows was never written down."""
    return abs(its - ours) < 0.05 if exact else its in (floor(ours * 10) / 10, round(ours, 1))


def _alarms(
    said: DeviceSays, readings: Sequence[Minute], interval_min: float | None
) -> Iterator[str]:
    for alarm in said.alarms if interval_min else ():
        times = times_beyond(alarm, readings, interval_min or 0.0)
        if not _agrees(alarm, times, interval_min or 0.0):
            side = "above" if alarm.above else "below"
            yield (
                f"device: {alarm.minutes:.0f} min {side} {alarm.limit_c:g} C,"
                f" its readings say {sum(times):.0f} min"
            )


def _agrees(alarm: Alarm, times: Sequence[float], interval_min: float) -> bool:
    if alarm.single:  # which times outlasted its delay cannot be known to the minute
        return alarm.minutes <= sum(times) + 2 * len(times) * interval_min
    # One interval for each time, and one for a time that the end of the log cut off.
    slack = (len(times) + 1) * interval_min
    return abs(sum(times) - alarm.minutes) <= slack


def times_beyond(alarm: Alarm, readings: Sequence[Minute], interval_min: float) -> list[float]:
    """Minutes of each time beyond an alarm's limit, each reading standing until the next."""
    times: list[float] = []
    was = False
    for (at, celsius), (after, _) in pairwise(readings):
        is_beyond = alarm.beyond(celsius)
        if is_beyond:
            times = times if was else [*times, 0.0]
            times[-1] += min(after - at, STANDS_FOR * interval_min)
        was = is_beyond
    return times
