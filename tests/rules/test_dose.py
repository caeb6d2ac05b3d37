"""A quantity outside the label's range is refused, by weight where the label says so."""

from datetime import UTC, datetime, timedelta
from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atmpflow.products.catalogue import catalogue
from atmpflow.products.spec import Dose
from atmpflow.rules.dose import judge_quantity, order_quantity, weight_valid
from tests.wording import against

FLAT = Dose(unit="cells", low=50, high=110, source="a label, 4.2")
BY_WEIGHT = Dose(unit="cells", low=1, high=2, most=150, per_kg=True, source="a label, 4.2")
WEIGHED = Dose(unit="vg", low=1, high=1, per_kg=True, weight_valid_days=14, source="a label, 2.1")


@pytest.mark.parametrize(
    ("dose", "quantity", "weight_kg", "allowed"),
    [
        (FLAT, 50, None, True),
        (FLAT, 110, 300, True),
        (FLAT, 49.9, None, False),
        (FLAT, 110.1, None, False),
        (BY_WEIGHT, 70, 70, True),
        (BY_WEIGHT, 140, 70, True),
        (BY_WEIGHT, 141, 70, False),
        (BY_WEIGHT, 150, 100, True),
        (BY_WEIGHT, 151, 100, False),
        (BY_WEIGHT, 70, None, False),
    ],
)
def test_the_range_of_the_label_holds(
    *, dose: Dose, quantity: float, weight_kg: float | None, allowed: bool
):
    judged = judge_quantity(dose, quantity=quantity, weight_kg=weight_kg)
    missing = dose.per_kg and weight_kg is None
    expected = "weight-missing" if missing else "dose-out-of-range"
    assert against(judged) == ([] if allowed else [expected])


def test_a_wrong_quantity_says_the_range_that_is_right():
    (reason,) = judge_quantity(BY_WEIGHT, quantity=151, weight_kg=100).against
    assert (reason.found, reason.source) == ("151 of 100 to 150 cells", BY_WEIGHT.source)


def test_the_least_of_the_label_is_ordered():
    assert order_quantity(BY_WEIGHT, 70) == 70
    assert order_quantity(FLAT, 300) == 50


PRODUCTS = st.sampled_from(sorted(catalogue()))
WEIGHTS = st.floats(1, 350)


@given(product=PRODUCTS, weight_kg=WEIGHTS, factor=st.floats(1.001, 1e6))
def test_more_than_the_most_and_less_than_the_least_are_refused(
    product: str, weight_kg: float, factor: float
):
    dose = catalogue()[product].dose
    low, high = dose.range_for(weight_kg)
    assert judge_quantity(dose, quantity=high, weight_kg=weight_kg).allowed
    assert not judge_quantity(dose, quantity=high * factor, weight_kg=weight_kg).allowed
    assert not judge_quantity(dose, quantity=low / factor, weight_kg=weight_kg).allowed


@given(product=PRODUCTS, weight_kg=WEIGHTS)
def test_what_is_ordered_may_be_given(product: str, weight_kg: float):
    dose = catalogue()[product].dose
    quantity = order_quantity(dose, weight_kg)
    assert judge_quantity(dose, quantity=quantity, weight_kg=weight_kg).allowed


@pytest.mark.parametrize("quantity", [nan, inf, -inf])
def test_what_is_not_a_quantity_is_refused(quantity: float):
    assert not judge_quantity(FLAT, quantity=quantity, weight_kg=None).allowed


def test_a_weight_is_good_for_its_days_and_no_minute_longer():
    weighed = datetime(2026, 3, 20, 9, tzinfo=UTC)
    limit = weighed + timedelta(days=14)
    assert weight_valid(WEIGHED, weighed_at=weighed, now=limit)
    assert not weight_valid(WEIGHED, weighed_at=weighed, now=limit + timedelta(minutes=1))
    assert weight_valid(FLAT, weighed_at=weighed, now=limit + timedelta(days=999))
