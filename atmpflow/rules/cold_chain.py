"""Did one shipment leg stay in its band? A silent or gappy logger is never a pass."""

from dataclasses import dataclass

from atmpflow.products.spec import Band
from atmpflow.rules.ranges import within
from atmpflow.verdict import Reason, Verdict, verdict

GDP = "GDP 2013/C 343/01, 9.4 (temperature control during transport)"
LONGEST_GAP_MIN = 30.0
"""Minutes without a reading that are still monitoring; loggers here record every 5 to 15."""


@dataclass(frozen=True, slots=True)
class Findings:
    """What the readings of a leg say, from pack-out to receipt; minutes and degrees Celsius."""

    readings: int
    lowest_c: float | None
    highest_c: float | None
    minutes_outside: float
    longest_gap_min: float
    covers_leg: bool


def judge_leg(found: Findings, band: Band, spent_min: float = 0.0) -> Verdict:
    """One leg against its band; `spent_min` are minutes outside already used on earlier legs."""
    outside = spent_min + found.minutes_outside
    return verdict(
        (
            Reason("no-log", "fewer than two readings", GDP) if found.readings < 2 else None,
            Reason("log-gap", f"no reading for {found.longest_gap_min:.0f} min", GDP)
            if not within(found.longest_gap_min, 0, LONGEST_GAP_MIN)
            else None,
            Reason("log-incomplete", "readings do not cover pack-out to receipt", GDP)
            if not found.covers_leg
            else None,
            Reason(
                "excursion",
                f"{outside:.0f} min outside the band, {band.stability_budget_min} covered",
                band.source,
            )
            if not within(outside, 0, band.stability_budget_min)
            else None,
        )
    )
