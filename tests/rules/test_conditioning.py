"""Conditioning waits for a product that can be given; the first dose for the label's days."""

from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atmpflow.events.administration import ConditioningCompleted, DoseAdministered
from atmpflow.events.recall import RecallReached
from atmpflow.events.shipment import ProductAccepted
from atmpflow.journey import Facts
from atmpflow.products.catalogue import catalogue
from atmpflow.rules.conditioning import judge_conditioning, judge_conditioning_interval
from atmpflow.rules.supply import Supply, supply
from atmpflow.verdict import Reason, Verdict
from tests.memory import LATE, opened, waiting_for, with_event, without
from tests.wording import against

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
CONDITIONED = sorted(code for code, spec in catalogue().items() if spec.conditioning)

ON_SITE = "EU GMP Part IV 11; JACIE D (nobody is conditioned for a product that cannot be given)"
NOT_ACCEPTED = Reason("not-accepted", "product is not on site", ON_SITE)
EXPIRED = Reason("expired", "past the expiry on the label", ON_SITE)
RECALLED = Reason("recalled", "taken back by its maker", ON_SITE)


def _stock(facts: Facts) -> Supply:
    stock = supply(facts)
    assert stock is not None
    return stock


def _recalled(facts: Facts, recall_class: int) -> Facts:
    event = RecallReached(
        recall=UUID(int=1),
        kind="batch",
        lot="B-1",
        recall_class=recall_class,
        reference="RECALL-1",
        units=_stock(facts).units[:1],
        keeper="centre",
        given=False,
    )
    return with_event(facts, event, facts.history[-1].occurred_at)


@pytest.mark.parametrize("product", CONDITIONED)
def test_conditioning_may_begin_with_the_product_on_site_until_it_expires(product: str):
    facts = waiting_for("clear-for-conditioning", product)
    expires_at = _stock(facts).expires_at
    assert judge_conditioning(facts, expires_at - MINUTE).allowed
    for late in (expires_at, expires_at + MINUTE):
        assert judge_conditioning(facts, late) == Verdict((EXPIRED,))


def test_nobody_is_conditioned_for_a_product_that_is_still_at_its_makers():
    facts = waiting_for("certify-batch")
    assert judge_conditioning(facts, facts.history[-1].occurred_at) == Verdict((NOT_ACCEPTED,))


def test_nobody_is_conditioned_for_a_product_that_is_not_made():
    assert judge_conditioning(opened(), LATE) == Verdict((NOT_ACCEPTED,))


def test_nobody_is_conditioned_for_a_product_that_its_maker_takes_back():
    facts = waiting_for("clear-for-conditioning")
    at = facts.history[-1].occurred_at
    assert judge_conditioning(_recalled(facts, 2), at) == Verdict((RECALLED,))
    assert judge_conditioning(_recalled(facts, 4), at).allowed


def test_all_that_stands_against_conditioning_is_said_at_once():
    facts = without(_recalled(waiting_for("clear-for-conditioning"), 1), ProductAccepted)
    assert judge_conditioning(facts, LATE) == Verdict((NOT_ACCEPTED, EXPIRED, RECALLED))


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
