"""Thresholds: each is named once, lasts some time, and is used by a check or a rule."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from atmpflow.rules.thresholds import THRESHOLDS, anchor_fresh, clock_agrees, limit, limits
from models.compliance.statement import checks

MOMENT = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_a_threshold_is_named_once_and_lasts():
    assert len({one.name for one in THRESHOLDS}) == len(THRESHOLDS)
    assert all(one.value > timedelta() and one.source for one in THRESHOLDS)


def test_every_threshold_is_used():
    queries = " ".join(one.query + one.falls_due for one in checks())
    rules = (Path(__file__).parents[2] / "atmpflow/rules/thresholds.py").read_text(encoding="utf-8")
    for name in limits():
        assert f"%({name})s" in queries or f'limit("{name}")' in rules, name


@given(seconds=st.floats(-100, 100))
def test_clocks_agree_within_the_threshold_and_whichever_is_ahead(seconds: float):
    off = timedelta(seconds=seconds)
    assert clock_agrees(MOMENT, MOMENT + off) == (abs(off) <= limit("clock_off_longest"))
    assert clock_agrees(MOMENT, MOMENT + off) == clock_agrees(MOMENT + off, MOMENT)


@given(minutes=st.integers(0, 600))
def test_an_anchor_is_fresh_for_two_hours(minutes: int):
    assert anchor_fresh(MOMENT - timedelta(minutes=minutes), MOMENT) == (minutes <= 120)
    assert not anchor_fresh(None, MOMENT)
