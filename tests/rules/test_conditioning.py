"""The first dose comes in the label's days after conditioning."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atmpflow.events.administration import ConditioningCompleted, DoseAdministered
from atmpflow.products.catalogue import catalogue
from atmpflow.rules.conditioning import judge_conditioning_interval
from tests.memory import waiting_for, without
from tests.wording import against

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
CONDITIONED = sorted(code for code, spec in catalogue().items() if spec.conditioning)


@given(product=st.sampled_from(CONDITIONED), days=st.floats(0, 200))
def test_days_out_of_the_labels_interval_are_refused(product: str, days: float):
    facts = waiting_for("prescribe-dose", product)
    ended, plan = facts.when(ConditioningCompleted), facts.product.conditioning
    assert ended is not None
    assert plan is not None
    judged = judge_conditioning_interval(facts, ended + timedelta(days=days))
    if plan.days_before_low <= days <= plan.days_before_high:
        assert judged.allowed
    if days <= plan.days_before_low - 1 or days >= plan.days_before_high + 1:
        assert against(judged) == ["interval-wrong"]


@pytest.mark.parametrize("product", CONDITIONED)
def test_a_whole_day_beside_the_labels_days_is_wrong_and_a_minute_less_is_rounding(product: str):
    facts = waiting_for("prescribe-dose", product)
    ended, plan = facts.when(ConditioningCompleted), facts.product.conditioning
    assert ended is not None
    assert plan is not None
    earliest = ended + (plan.days_before_low - 1) * DAY
    latest = ended + (plan.days_before_high + 1) * DAY
    for wrong in (earliest, latest):
        assert against(judge_conditioning_interval(facts, wrong)) == ["interval-wrong"]
    for right in (earliest + MINUTE, latest - MINUTE):
        assert judge_conditioning_interval(facts, right).allowed


def test_a_wrong_interval_says_the_days_found_and_the_days_that_are_right():
    facts = waiting_for("prescribe-dose", "kymriah")
    ended, plan = facts.when(ConditioningCompleted), facts.product.conditioning
    assert ended is not None
    assert plan is not None
    (reason,) = judge_conditioning_interval(facts, ended + 99 * DAY).against
    right = f"{plan.days_before_low} to {plan.days_before_high} are right"
    assert (reason.found, reason.source) == (f"99.0 days, {right}", plan.source)


@pytest.mark.parametrize("product", CONDITIONED)
def test_without_conditioning_no_dose_is_in_time(product: str):
    facts = waiting_for("prescribe-dose", product)
    assert facts.since is not None
    judged = judge_conditioning_interval(without(facts, ConditioningCompleted), facts.since)
    assert against(judged) == ["not-conditioned"]


def test_a_later_dose_and_an_unconditioned_product_have_no_interval():
    facts = waiting_for("complete-monitoring", "aucatzyl")
    assert facts.last(DoseAdministered)
    assert facts.since is not None
    assert judge_conditioning_interval(facts, facts.since + timedelta(days=99)).allowed
    other = waiting_for("prescribe-dose", "hemgenix")
    assert other.since is not None
    assert judge_conditioning_interval(other, other.since).allowed
