"""A logger is believed only where everything about it is on record and nothing contradicts it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atmpflow.products.spec import Band
from atmpflow.rights import Span
from atmpflow.rules.cold_chain import Findings, judge_leg
from atmpflow.rules.logger import (
    CLOCKS_APART,
    UNTRUSTED,
    Registered,
    Said,
    calibration,
    same_zone,
    shortest_s,
    untrusted,
)
from tests.wording import against

FRIDGE = Band(low_c=2, high_c=8, source="a test of ours")
FROZEN = Band(high_c=-150, source="a test of ours")
PACKED = datetime(2026, 7, 1, 8, tzinfo=UTC)
RECEIVED = PACKED + timedelta(hours=20)
LEG = Span(PACKED, RECEIVED)
YEAR = Span(datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
KNOWN = Registered("L-1", "M", "S-1", "C", "UTC", 300, "R0A")
SAID = Said("C", "UTC", "S-1", latest=RECEIVED, came_at=RECEIVED)
COLD = [5.0] * 10


@pytest.mark.parametrize(
    ("known", "calibrations", "said", "celsius", "band", "codes"),
    [
        (KNOWN, [YEAR], SAID, COLD, FRIDGE, ()),
        (KNOWN, [YEAR], replace(SAID, sensor=None), COLD, FRIDGE, ()),
        (None, [YEAR], SAID, COLD, FRIDGE, ("logger-unknown",)),
        (None, [], SAID, COLD, FRIDGE, ("logger-unknown", "calibration-missing")),
        (KNOWN, [YEAR], replace(SAID, sensor="S-2"), COLD, FRIDGE, ("sensor-swapped",)),
        (KNOWN, [YEAR], replace(SAID, unit="F"), COLD, FRIDGE, ("unit-differs",)),
        (KNOWN, [YEAR], replace(SAID, zone="Europe/London"), COLD, FRIDGE, ("zone-differs",)),
        (KNOWN, [YEAR], replace(SAID, zone="UTC+05:30"), COLD, FRIDGE, ("zone-differs",)),
        (KNOWN, [YEAR], SAID, [41.0] * 10, FRIDGE, ("unit-doubtful",)),
        (KNOWN, [YEAR], SAID, [-256.0] * 10, FROZEN, ("unit-doubtful",)),
        (KNOWN, [YEAR], SAID, [-196.0] * 10, FROZEN, ()),
        (KNOWN, [Span(YEAR.since, RECEIVED)], SAID, COLD, FRIDGE, ("calibration-expired",)),
        (KNOWN, [Span(PACKED + CLOCKS_APART, YEAR.until)], SAID, COLD, FRIDGE,
         ("calibration-expired",)),
    ],
)  # fmt: skip
def test_each_reason_not_to_believe_a_logger_is_named(
    known: Registered | None,
    calibrations: list[Span],
    said: Said,
    celsius: list[float],
    band: Band,
    codes: tuple[str, ...],
):
    assert untrusted(known, calibrations, said, LEG, celsius, band) == codes


@pytest.mark.parametrize(
    ("ahead", "believed"), [(5, True), (5.01, False), (60, False), (-60, True)]
)
def test_a_clock_that_is_ahead_of_ours_is_wrong(ahead: float, believed: bool):  # noqa: FBT001
    said = replace(SAID, latest=RECEIVED + ahead * timedelta(minutes=1))
    found = untrusted(KNOWN, [YEAR], said, LEG, COLD, FRIDGE)
    assert found == (() if believed else ("clock-fault",))


def test_local_time_of_a_british_summer_is_in_another_zone_and_of_a_winter_the_same():
    assert not same_zone("Europe/London", "UTC", PACKED)
    assert same_zone("Europe/London", "UTC", datetime(2026, 1, 1, tzinfo=UTC))
    assert same_zone("UTC+05:30", "Asia/Kolkata", PACKED)
    assert same_zone("UTC-03:00", "America/Sao_Paulo", PACKED)


FOUND = Findings(
    readings=300,
    lowest_c=4,
    highest_c=6,
    minutes_outside=0,
    longest_gap_min=5,
    covers_leg=True,
    interval_s=300,
)


@given(st.lists(st.sampled_from(sorted(UNTRUSTED)), unique=True))
def test_no_unit_passes_with_a_logger_that_is_not_believed(codes: list[str]):
    judged = judge_leg(replace(FOUND, untrusted=tuple(codes)), FRIDGE)
    assert judged.allowed == (not codes)
    assert set(against(judged)) == set(codes)


MOMENTS = st.datetimes(datetime(2026, 6, 1), datetime(2026, 8, 1)).map(  # noqa: DTZ001
    lambda at: at.replace(tzinfo=UTC)
)


@given(MOMENTS, MOMENTS)
def test_only_a_calibration_over_the_whole_leg_covers_it(since: datetime, until: datetime):
    covers = since <= PACKED and until > RECEIVED
    assert (calibration([Span(since, until)], PACKED, RECEIVED) is None) == covers


@given(st.lists(st.none() | st.floats(1, 900)))
def test_gaps_are_held_against_the_shortest_interval(intervals: list[float | None]):
    known = [one for one in intervals if one is not None]
    assert shortest_s(intervals) == (min(known) if known else None)
