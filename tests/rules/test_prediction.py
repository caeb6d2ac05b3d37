"""A shipper on its way out of its band is announced before it leaves; a steady one never is."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atmpflow.commands.recovery import PredictBandExit
from atmpflow.events.recovery import BandExitPredicted
from atmpflow.journey import Facts
from atmpflow.people import ENGINE
from atmpflow.products.spec import Band
from atmpflow.rules.prediction import (
    FEWEST,
    FRESH,
    MOST,
    TELL_AGAIN,
    WARN_WITHIN,
    Prediction,
    Reading,
    is_news,
    predict,
    trend,
    warns,
)
from tests.memory import LATE, asked, waiting_for

COLD = Band(high_c=-150, source="a stability report")
FRESH_BAND = Band(low_c=2, high_c=8, source="a stability report")
BEGAN = datetime(2026, 3, 1, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def _until(now: datetime, interval: timedelta, celsius: Callable[[float], float]) -> list[Reading]:
    """What a logger has read by now; `celsius` by the hour since it began."""
    count = (now - BEGAN) // interval + 1
    return [
        (BEGAN + index * interval, celsius(index * interval / HOUR)) for index in range(int(count))
    ]


@given(
    start=st.floats(-190, -155),
    per_h=st.floats(0.05, 20),
    minutes=st.sampled_from([1, 5, 10, 15]),
    digits=st.sampled_from([1, 6]),
)
def test_an_alarm_always_comes_before_a_linear_crossing(
    start: float, per_h: float, minutes: int, digits: int
):
    interval = timedelta(minutes=minutes)
    crosses = BEGAN + (COLD.high_c - start) / per_h * HOUR
    # Looked at with the last reading before the crossing, or when people are to be told at latest.
    now = max(BEGAN + (FEWEST + 1) * interval, crosses - interval)
    if now >= crosses:
        return  # it was out of its band before there were enough readings
    readings = _until(now, interval, lambda hours: round(start + per_h * hours, digits))
    found = predict(readings[-1000:], COLD)
    assert warns(found, now)
    assert found is not None
    if digits == 6:
        assert abs(found.leaves_at - crosses) < timedelta(minutes=1)


@given(st.floats(0.2, 5), st.integers(1, 23))
def test_it_comes_up_to_a_day_before_and_not_sooner(per_h: float, before: int):
    interval = timedelta(minutes=10)
    crosses = BEGAN + 48 * HOUR
    start = COLD.high_c - 48 * per_h
    for early, told in ((before, True), (before + 24.5, False)):
        now = crosses - early * HOUR
        readings = _until(now, interval, lambda hours: start + per_h * hours)
        assert warns(predict(readings[-200:], COLD), now) is told


@given(
    celsius=st.floats(-196, -150), count=st.integers(0, 300), minutes=st.sampled_from([1, 5, 10])
)
def test_there_is_never_an_alarm_for_a_flat_line(celsius: float, count: int, minutes: int):
    readings = [(BEGAN + index * timedelta(minutes=minutes), celsius) for index in range(count)]
    assert predict(readings, COLD) is None


@given(st.lists(st.sampled_from([-150.2, -150.1]), min_size=1, max_size=4))
def test_there_is_no_alarm_for_what_only_swings(pattern: list[float]):
    swing = [*pattern, *reversed(pattern)] * 20
    readings = [(BEGAN + index * timedelta(minutes=5), one) for index, one in enumerate(swing)]
    assert predict(readings, COLD) is None


def test_a_few_wild_readings_do_not_bend_the_trend():
    now = BEGAN + 2 * HOUR
    readings = _until(now, timedelta(minutes=5), lambda hours: -170 + hours)
    readings[3] = (readings[3][0], -20.0)
    readings[-4] = (readings[-4][0], -196.0)
    found = predict(readings, COLD)
    assert found is not None
    assert found.celsius_per_h == pytest.approx(1, abs=0.05)
    assert abs(found.leaves_at - (BEGAN + 20 * HOUR)) < HOUR


def test_a_shipper_that_runs_dry_after_days_is_seen_within_two_hours():
    def celsius(hours: float) -> float:
        return -190 if hours < 70 else -190 + (hours - 70) * 6

    now = BEGAN + 72 * HOUR
    found = predict(_until(now, timedelta(minutes=5), celsius), COLD)
    assert warns(found, now)
    assert found is not None
    assert timedelta() < found.leaves_at - now < 6 * HOUR


@pytest.mark.parametrize(("per_h", "limit"), [(0.5, 8), (-0.5, 2)])
def test_a_band_with_both_ends_is_left_at_either(per_h: float, limit: float):
    now = BEGAN + 2 * HOUR
    found = predict(_until(now, timedelta(minutes=5), lambda hours: 5 + per_h * hours), FRESH_BAND)
    assert found is not None
    assert abs(found.leaves_at - (BEGAN + 6 * HOUR)) < timedelta(minutes=1)


def test_getting_colder_is_no_danger_to_what_has_no_lower_limit():
    readings = _until(BEGAN + 2 * HOUR, timedelta(minutes=5), lambda hours: -150 - hours)
    assert predict(readings, COLD) is None


def test_a_prediction_says_what_it_was_made_from():
    now = BEGAN + 2 * HOUR
    found = predict(_until(now, timedelta(minutes=15), lambda hours: 4 + hours / 2), FRESH_BAND)
    assert found == Prediction(BEGAN + 8 * HOUR, 0.5, now, 5)


@pytest.mark.parametrize(("apart", "seen"), [(3 * HOUR, True), (3 * HOUR + MINUTE, False)])
def test_the_reading_of_exactly_twelve_hours_ago_still_counts(apart: timedelta, *, seen: bool):
    readings = [(BEGAN + index * apart, 4.0 + index) for index in range(FEWEST)]
    assert (predict(readings, FRESH_BAND) is not None) is seen


@pytest.mark.parametrize(("hours", "said"), [(1201, True), (2400, True), (2401, False)])
def test_a_crossing_more_than_a_hundred_days_away_is_not_said(hours: int, *, said: bool):
    per_h = 2**-8  # whole in binary, so that the limit is met exactly
    readings = [(BEGAN + index * HOUR, 8 - (hours + 6 - index) * per_h) for index in range(7)]
    found = predict(readings, FRESH_BAND.model_copy(update={"low_c": None}))
    assert (found is not None) is said
    assert found is None or found.leaves_at == BEGAN + (6 + hours) * HOUR


def test_of_too_many_readings_the_newest_and_every_second_before_it_are_looked_at():
    count = MOST + 12
    rising = [(BEGAN + index * timedelta(seconds=100), 5 + index / 36) for index in range(count)]
    # Every second one, not the newest, swings out of the way of the others.
    readings = [one if index % 2 else (one[0], 5 - index / 36) for index, one in enumerate(rising)]
    found = predict(readings, FRESH_BAND)
    assert found is not None
    assert found.celsius_per_h == pytest.approx(1)
    assert (found.latest_at, found.latest_c) == (rising[-1][0], pytest.approx(rising[-1][1]))


@pytest.mark.parametrize(
    ("celsius", "per_h"),
    [
        ((2, 1, 3, 5, 4), 3 / 4),  # eight of ten slopes go up
        ((1, 1, 3, 2, 2), 7 / 24),  # six of the eight that move
        ((3, 2, 1, 4, 5), 0),  # seven of ten
        ((-3, -2, -1, -4, -5), 0),
        ((-1, -1, -3, -2, -2), -7 / 24),
    ],
)
def test_three_in_four_slopes_must_go_the_same_way(celsius: tuple[int, ...], per_h: float):
    assert trend(list(enumerate(celsius))) == pytest.approx(per_h)


@pytest.mark.parametrize(("before", "told"), [(24 * HOUR, True), (24 * HOUR + MINUTE, False)])
def test_a_day_before_the_crossing_is_soon_enough_to_be_told(before: timedelta, *, told: bool):
    assert warns(Prediction(BEGAN + before, 1, BEGAN, 5), BEGAN) is told


def test_what_has_left_its_band_is_said_to_leave_now():
    now = BEGAN + 2 * HOUR
    found = predict(_until(now, timedelta(minutes=5), lambda hours: -140 + hours), COLD)
    assert found is not None
    assert found.leaves_at == now


def test_too_few_readings_make_no_trend_and_many_are_thinned():
    assert trend([(0, 1), (1, 2), (2, 3), (3, 4)]) == 0
    assert trend([(0, 1), (1, 2), (2, 3), (3, 4), (4, 5)]) == 1
    assert trend([(0, 1), (0, 2), (0, 3), (0, 4), (0, 5)]) == 0
    assert predict([], COLD) is None
    every_second = [(BEGAN + index * timedelta(seconds=10), -160.0) for index in range(20 * MOST)]
    assert predict(every_second, COLD) is None


def test_old_readings_raise_no_alarm():
    now = BEGAN + 2 * HOUR
    found = predict(_until(now, timedelta(minutes=5), lambda hours: -152 + hours / 2), COLD)
    assert warns(found, now)
    assert warns(found, now + FRESH)
    assert not warns(found, now + FRESH + timedelta(minutes=1))
    assert not warns(None, now)
    assert timedelta(hours=24) == WARN_WITHIN


def test_the_same_leg_is_told_of_again_only_where_it_has_become_clearly_sooner():
    assert is_news(BEGAN, None)
    assert is_news(BEGAN, BEGAN + TELL_AGAIN)
    assert not is_news(BEGAN, BEGAN + TELL_AGAIN - timedelta(minutes=1))
    assert not is_news(BEGAN + HOUR, BEGAN)


def _told(facts: Facts, leaves_at: datetime) -> Facts:
    command = PredictBandExit(
        occurred_at=LATE, leaves_at=leaves_at, latest_at=LATE, latest_c=-151, celsius_per_h=1
    )
    return asked(facts, command, ENGINE)


def test_a_journey_says_it_once_a_leg_and_only_of_a_shipper_under_way():
    facts = waiting_for("deliver-shipment")
    first = _told(facts, LATE + 9 * HOUR)
    assert first.last(BandExitPredicted) is not None
    assert (first.stage, first.position) == (facts.stage, facts.position)
    assert _told(first, LATE + 8 * HOUR).version == first.version
    assert _told(first, LATE + 7 * HOUR).version == first.version + 1
    arrived = waiting_for("record-temperature-log")
    assert _told(arrived, LATE).version == arrived.version
