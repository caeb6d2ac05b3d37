"""The nights on which London's clocks change make no duration longer or shorter."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atmpflow.commands.administration import AdministerDose
from atmpflow.message import hours_between
from atmpflow.products.catalogue import product
from atmpflow.rules.conditioning import judge_conditioning_interval
from atmpflow.rules.dose import weight_valid
from atmpflow.rules.eligibility import judge_virology
from atmpflow.rules.follow_up import plan_visits
from atmpflow.rules.material import material_expires
from tests.memory import waiting_for

LONDON = ZoneInfo("Europe/London")
NIGHTS = (datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC))
"""The clocks go forward, and back, at 01:00 UTC."""

AROUND = st.builds(
    lambda night, minutes: night + timedelta(minutes=minutes),
    st.sampled_from(NIGHTS),
    st.integers(-3000, 3000),
)


def _local(moment: datetime) -> datetime:
    return moment.astimezone(LONDON)


@given(AROUND, AROUND)
def test_elapsed_hours_are_those_of_utc(earlier: datetime, later: datetime):
    expected = (later - earlier) / timedelta(hours=1)
    assert hours_between(_local(earlier), _local(later)) == pytest.approx(expected)


@given(AROUND, st.integers(0, 60))
def test_every_rule_about_time_says_the_same_in_local_time(earlier: datetime, days: int):
    later = earlier + timedelta(days=days)
    car_t, vector = product("kymriah"), product("zolgensma")
    assert car_t.starting_material is not None
    assert judge_virology(car_t, _local(earlier), _local(later)) == judge_virology(
        car_t, earlier, later
    )
    assert weight_valid(vector.dose, weighed_at=_local(earlier), now=_local(later)) == weight_valid(
        vector.dose, weighed_at=earlier, now=later
    )
    assert plan_visits(car_t.follow_up, _local(earlier)) == plan_visits(car_t.follow_up, earlier)
    assert material_expires(car_t.starting_material, _local(earlier)) == material_expires(
        car_t.starting_material, earlier
    )
    facts = waiting_for("prescribe-dose")
    assert judge_conditioning_interval(facts, _local(earlier)) == judge_conditioning_interval(
        facts, earlier
    )


@given(AROUND, st.lists(st.integers(0, 120), min_size=2, max_size=2))
def test_a_command_keeps_the_moment_whatever_zone_it_was_written_in(
    moment: datetime, minutes: list[int]
):
    started, ended = (moment + timedelta(minutes=lasting) for lasting in sorted(minutes))
    values = {
        "dose": 1,
        "scanned_patient": "ATF",
        "scanned_coi": "ATF",
        "scanned_unit": "U",
        "volume_ml": 50,
    }
    written = AdministerDose.model_validate(
        {
            **values,
            "started_at": _local(started).isoformat(),
            "ended_at": _local(ended),
            "occurred_at": _local(ended).isoformat(),
        }
    )
    assert written.started_at.tzinfo is written.ended_at.tzinfo is UTC
    assert written.ended_at - written.started_at == ended - started


def test_the_hour_that_comes_twice_is_two_hours():
    first = datetime(2026, 10, 25, 1, 30, tzinfo=LONDON)
    second = first.replace(fold=1)
    assert hours_between(first, second) == 1.0
    around = [_local(NIGHTS[1] + timedelta(minutes=30 * step)) for step in range(-4, 5)]
    assert all(hours_between(one, other) == 0.5 for one, other in pairwise(around))
