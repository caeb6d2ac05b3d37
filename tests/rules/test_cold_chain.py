"""A leg passes only when its log covers it, has no gap, and stayed within the stability budget."""

from dataclasses import replace
from math import nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atmpflow.products.spec import Band
from atmpflow.rules.cold_chain import LONGEST_INTERVAL_S, Findings, gap_allowed_min, judge_leg
from tests.wording import against

BAND = Band(high_c=-150, stability_budget_min=10, source="a stability report")
GOOD = Findings(
    readings=60,
    lowest_c=-180,
    highest_c=-151,
    minutes_outside=0,
    longest_gap_min=10,
    covers_leg=True,
    interval_s=300,
)
SILENT = Findings(0, None, None, 0.0, 0.0, covers_leg=False)


def _codes(found: Findings, band: Band = BAND, spent_min: float = 0) -> set[str]:
    return set(against(judge_leg(found, band, spent_min)))


@pytest.mark.parametrize(
    ("found", "codes"),
    [
        (GOOD, set()),
        (replace(GOOD, minutes_outside=10), set()),
        (replace(GOOD, longest_gap_min=10.1), {"log-gap"}),
        (replace(GOOD, longest_gap_min=11, interval_s=360), set()),
        (replace(GOOD, longest_gap_min=12.1, interval_s=360), {"log-gap"}),
        (replace(GOOD, interval_s=None), {"interval-unknown"}),
        (replace(GOOD, interval_s=LONGEST_INTERVAL_S), set()),
        (replace(GOOD, interval_s=LONGEST_INTERVAL_S + 1), {"interval-too-long"}),
        (replace(GOOD, interval_s=nan), {"interval-too-long", "log-gap"}),
        (replace(GOOD, lost_min=0.5), {"sensor-lost"}),
        (replace(GOOD, opened=1), {"shipper-opened"}),
        (replace(GOOD, tilted=2), {"shipper-tilted"}),
        (replace(GOOD, against_device=("device: 5 min above 8 C",)), {"device-disagrees"}),
        (replace(GOOD, mean_kinetic_c=-150), set()),
        (replace(GOOD, mean_kinetic_c=-149.99), {"mean-kinetic-high"}),
        (replace(GOOD, mean_kinetic_c=nan), {"mean-kinetic-high"}),
        (replace(GOOD, minutes_outside=10.1), {"excursion"}),
        (replace(GOOD, covers_leg=False), {"log-incomplete"}),
        (replace(GOOD, readings=1), {"no-log"}),
        (replace(GOOD, readings=2), set()),
        (replace(GOOD, longest_gap_min=-1), {"log-gap"}),
        (replace(GOOD, minutes_outside=-1), {"excursion"}),
        (SILENT, {"no-log", "log-incomplete"}),
        (replace(GOOD, readings=1, minutes_outside=11), {"no-log", "excursion"}),
    ],
)
def test_every_reason_against_a_leg_is_named(found: Findings, codes: set[str]):
    assert _codes(found) == codes


def test_without_earlier_legs_the_whole_budget_is_there():
    assert judge_leg(replace(GOOD, minutes_outside=10), BAND).allowed


def test_a_leg_out_of_its_band_says_for_how_long_and_how_long_is_covered():
    (reason,) = judge_leg(replace(GOOD, minutes_outside=31), BAND, 10).against
    assert (reason.found, reason.source) == ("41 min outside the band, 10 covered", BAND.source)
    (reason,) = judge_leg(replace(GOOD, longest_gap_min=45), BAND).against
    assert reason.found == "no reading for 45 min, 10 allowed"


@pytest.mark.parametrize(("interval_s", "minutes"), [(None, 0), (60, 2), (300, 10), (600, 20)])
def test_one_missed_reading_is_still_watching(interval_s: float | None, minutes: float):
    assert gap_allowed_min(interval_s) == minutes


def test_what_the_device_says_otherwise_is_told_in_its_words():
    (reason,) = judge_leg(replace(GOOD, against_device=("device: 5 min", "b")), BAND).against
    assert reason.found == "device: 5 min"


def test_minutes_of_earlier_legs_count():
    assert _codes(replace(GOOD, minutes_outside=4), spent_min=6) == set()
    assert _codes(replace(GOOD, minutes_outside=4), spent_min=6.5) == {"excursion"}


@given(
    budget=st.integers(0, 10_000),
    over=st.floats(min_value=0.01, max_value=1e6),
    readings=st.integers(2, 100_000),
)
def test_any_minute_above_the_budget_quarantines(budget: int, over: float, readings: int):
    band = Band(high_c=-150, stability_budget_min=budget, source="a stability report")
    warm = replace(GOOD, readings=readings, minutes_outside=budget + over)
    assert "excursion" in _codes(warm, band)


FINDINGS = st.builds(
    Findings,
    readings=st.integers(0, 500),
    lowest_c=st.none(),
    highest_c=st.none(),
    minutes_outside=st.floats(0, 100),
    longest_gap_min=st.floats(0, 100),
    covers_leg=st.booleans(),
    interval_s=st.none() | st.floats(60, 3600),
)
WORSENING = st.sampled_from(
    [
        lambda found, by: replace(found, minutes_outside=found.minutes_outside + by),
        lambda found, by: replace(found, longest_gap_min=found.longest_gap_min + by),
        lambda found, by: replace(found, readings=max(0, found.readings - int(by))),
        lambda found, by: replace(found, covers_leg=False),
        lambda found, by: replace(found, interval_s=None),
        lambda found, by: replace(found, lost_min=found.lost_min + by),
        lambda found, by: replace(found, opened=found.opened + int(by)),
        lambda found, by: replace(found, mean_kinetic_c=BAND.high_c + by),
        lambda found, by: SILENT,
    ]
)


@given(found=FINDINGS, worsen=WORSENING, by=st.floats(0, 1000))
def test_no_verdict_improves_when_a_leg_gets_worse(found: Findings, worsen, by: float):
    worse = worsen(found, by)
    if judge_leg(worse, BAND).allowed:
        assert judge_leg(found, BAND).allowed


@pytest.mark.parametrize(
    "field", ["minutes_outside", "longest_gap_min", "lost_min", "mean_kinetic_c", "interval_s"]
)
def test_what_is_not_a_number_is_never_a_pass(field: str):
    assert not judge_leg(replace(GOOD, **{field: nan}), BAND).allowed
