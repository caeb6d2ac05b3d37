"""Did one shipment leg stay in its band? A silent or gappy logger is never a pass."""

from collections.abc import Iterator
from dataclasses import dataclass

from atmpflow.events.shipment import Cited
from atmpflow.products.spec import Band
from atmpflow.rules.logger import UNTRUSTED
from atmpflow.rules.ranges import within
from atmpflow.verdict import Reason, Verdict, verdict

GDP = "GDP 2013/C 343/01, 9.4 (temperature control during transport)"
ALLOWED_INTERVALS = 2
"""Operational default: intervals without a reading that are still monitoring; one may be missed."""
LONGEST_INTERVAL_S = 900.0
"""Operational default: a logger that records less often than every quarter hour does not watch."""


@dataclass(frozen=True, slots=True)
class Findings:
    """What the readings of a leg say, from pack-out to receipt; minutes and degrees Celsius."""

    readings: int
    lowest_c: float | None
    highest_c: float | None
    minutes_outside: float
    longest_gap_min: float
    covers_leg: bool
    interval_s: float | None = None
    """The logger's own interval; without one no gap can be judged."""
    lost_min: float = 0.0
    """Minutes in which the logger ran and its sensor was not connected."""
    mean_kinetic_c: float | None = None
    """Only where the band has both ends: cryogenic product has none."""
    opened: int = 0
    tilted: int = 0
    against_device: tuple[str, ...] = ()
    """Where the device's own minutes, alarms or extremes are not those of its readings."""
    untrusted: tuple[str, ...] = ()
    """Codes of why the logger is not believed (`rules/logger.py`)."""
    file: int | None = None
    """Number of the logger's file."""
    stretches: int = 0
    cites: tuple[Cited, ...] = ()
    """The readings that the verdict rests on, the longest stretches of `stretches` in all."""


def gap_allowed_min(interval_s: float | None) -> float:
    """Minutes without a reading that a logger of this interval may leave; none when unknown."""
    return 0.0 if interval_s is None else ALLOWED_INTERVALS * interval_s / 60


def judge_leg(found: Findings, band: Band, spent_min: float = 0.0) -> Verdict:
    """One leg against its band; `spent_min` are minutes outside already used on earlier legs."""
    outside = spent_min + found.minutes_outside
    return verdict(
        (
            *_untrusted(found),
            *_absent(found),
            Reason(
                "excursion",
                f"{outside:.0f} min outside the band, {band.stability_budget_min} covered",
                band.source,
            )
            if not within(outside, 0, band.stability_budget_min)
            else None,
            *_warm(found, band),
            *_handled(found),
        )
    )


def _untrusted(found: Findings) -> Iterator[Reason]:
    """What a logger says that nobody can vouch for is not known."""
    for code in found.untrusted:
        yield Reason(code, UNTRUSTED.get(code, "the logger is not believed"), GDP)


def _absent(found: Findings) -> Iterator[Reason | None]:
    """What was not watched: nothing is assumed of it."""
    interval, allowed = found.interval_s, gap_allowed_min(found.interval_s)
    yield Reason("no-log", "fewer than two readings", GDP) if found.readings < 2 else None
    if interval is None and found.readings >= 2:
        yield Reason("interval-unknown", "nothing says how often the logger records", GDP)
    if interval is not None and not within(interval, 0, LONGEST_INTERVAL_S):
        yield Reason("interval-too-long", f"one reading every {interval / 60:.0f} min", GDP)
    if interval is not None and not within(found.longest_gap_min, 0, allowed):
        said = f"no reading for {found.longest_gap_min:.0f} min, {allowed:.0f} allowed"
        yield Reason("log-gap", said, GDP)
    if not within(found.lost_min, 0, 0):
        yield Reason("sensor-lost", f"no sensor for {found.lost_min:.0f} min", GDP)
    if not found.covers_leg:
        yield Reason("log-incomplete", "readings do not cover pack-out to receipt", GDP)


def _warm(found: Findings, band: Band) -> Iterator[Reason]:
    """Minutes are a budget; degrees are not: what was hot for a short time aged more."""
    kinetic = found.mean_kinetic_c
    if kinetic is not None and not kinetic <= band.high_c:
        said = f"mean kinetic temperature {kinetic:.2f} C, at most {band.high_c:g}"
        yield Reason("mean-kinetic-high", said, band.source)


def _handled(found: Findings) -> Iterator[Reason]:
    """What the logger marked or computed itself."""
    if found.opened:
        yield Reason("shipper-opened", f"{found.opened} marks of an opened lid on the way", GDP)
    if found.tilted:
        yield Reason("shipper-tilted", f"{found.tilted} marks of tilt or shock on the way", GDP)
    if found.against_device:
        yield Reason("device-disagrees", found.against_device[0], GDP)
