"""Limits count as within, and what is not a number is never within."""

from math import inf, nan

from hypothesis import given
from hypothesis import strategies as st

from atmpflow.rules.ranges import within

LIMITS = st.none() | st.floats(-1e6, 1e6)


@given(value=st.floats(), low=LIMITS, high=LIMITS)
def test_within_is_above_the_low_and_below_the_high(
    value: float, low: float | None, high: float | None
):
    outside = (low is not None and value < low) or (high is not None and value > high)
    assert within(value, low, high) is not (outside or value != value)  # noqa: PLR0124


@given(low=LIMITS, high=LIMITS)
def test_what_is_not_a_number_is_not_within(low: float | None, high: float | None):
    assert not within(nan, low, high)


def test_no_limit_is_none():
    assert within(inf, None, None)
    assert within(0, 0, 0)
    assert not within(inf, 0, 1)
