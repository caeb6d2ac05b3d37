"""Every visit of the plan is owed, to the end of its years."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from atmpflow.products.catalogue import catalogue
from atmpflow.rules.follow_up import plan_visits

MOMENTS = st.integers(0, 36_500).map(
    lambda days: datetime(2000, 1, 1, tzinfo=UTC) + timedelta(days=days, hours=7)
)


@given(product=st.sampled_from(sorted(catalogue())), first=MOMENTS)
def test_visits_come_in_order_each_its_days_after_the_first_dose(product: str, first: datetime):
    plan = catalogue()[product].follow_up
    visits = plan_visits(plan, first)
    assert [visit.due_at - first for visit in visits] == [timedelta(d) for d in plan.visits_day]
    assert all(visit.due_at.tzinfo is UTC for visit in visits)
    assert sorted(visit.due_at for visit in visits) == [visit.due_at for visit in visits]


def test_a_car_t_cell_is_followed_for_fifteen_years():
    first = datetime(2026, 2, 28, 12, tzinfo=UTC)
    visits = plan_visits(catalogue()["kymriah"].follow_up, first)
    assert visits[0].day == 100
    assert visits[-1].due_at.year == 2041
