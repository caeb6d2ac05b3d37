"""Thresholds: each is named once, lasts some time, and is used by a check or a rule."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
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


def test_the_queries_are_given_every_threshold_the_recall_classes_and_the_trained_roles():
    given_to_queries = dict(limits())
    assert given_to_queries.pop("recall_closed_within") == [
        timedelta(days=2),
        timedelta(days=5),
        timedelta(days=10),
        timedelta(days=30),
    ]
    assert given_to_queries.pop("trained_roles") == [
        "apheresis-nurse",
        "atmp-pharmacist",
        "bedside-checker",
        "cell-laboratory",
        "courier",
        "manufacturer",
        "qualified-person",
        "quality-control",
        "treating-physician",
    ]
    assert given_to_queries == {one.name: limit(one.name) for one in THRESHOLDS}


def test_a_name_that_is_no_threshold_has_no_limit():
    with pytest.raises(KeyError, match="no-such"):
        limit("no-such")


@pytest.mark.parametrize(
    ("apart", "agree"),
    [(timedelta(seconds=5), True), (timedelta(seconds=5, microseconds=1), False)],
)
def test_five_seconds_between_two_clocks_are_not_too_much_yet(apart: timedelta, *, agree: bool):
    assert clock_agrees(MOMENT, MOMENT + apart) is agree
    assert clock_agrees(MOMENT + apart, MOMENT) is agree


@pytest.mark.parametrize(
    ("age", "fresh"), [(timedelta(hours=2), True), (timedelta(hours=2, microseconds=1), False)]
)
def test_an_anchor_of_two_hours_is_not_too_old_yet(age: timedelta, *, fresh: bool):
    assert anchor_fresh(MOMENT - age, MOMENT) is fresh


@given(seconds=st.floats(-100, 100))
def test_clocks_agree_within_the_threshold_and_whichever_is_ahead(seconds: float):
    off = timedelta(seconds=seconds)
    assert clock_agrees(MOMENT, MOMENT + off) == (abs(off) <= limit("clock_off_longest"))
    assert clock_agrees(MOMENT, MOMENT + off) == clock_agrees(MOMENT + off, MOMENT)


@given(minutes=st.integers(0, 600))
def test_an_anchor_is_fresh_for_two_hours(minutes: int):
    assert anchor_fresh(MOMENT - timedelta(minutes=minutes), MOMENT) == (minutes <= 120)
    assert not anchor_fresh(None, MOMENT)
