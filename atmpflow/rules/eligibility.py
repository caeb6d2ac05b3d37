"""Does what screening found meet every criterion of the product?"""

from collections.abc import Mapping
from datetime import datetime

from atmpflow.message import hours_between
from atmpflow.products.spec import Criterion, ProductSpec
from atmpflow.rules.ranges import within
from atmpflow.verdict import Reason, Verdict, verdict

VIROLOGY_AGE = "virology-age-days"


def judge_criterion(criterion: Criterion, *, answer: bool | float | None) -> Reason | None:
    """One criterion against one answer; an unanswered question is a reason against."""
    if answer is None:
        return Reason(criterion.code, "not answered", criterion.source)
    if criterion.must_be is not None:
        right = isinstance(answer, bool) and answer is criterion.must_be
        return None if right else Reason(criterion.code, f"is {answer}", criterion.source)
    if isinstance(answer, bool):
        return Reason(criterion.code, "a number is needed", criterion.source)
    if within(answer, criterion.low, criterion.high):
        return None
    return Reason(criterion.code, f"is {answer:g}, outside the range", criterion.source)


def judge_virology(product: ProductSpec, taken_at: datetime | None, at: datetime) -> Verdict:
    """Is the virology sample young enough at that moment? (JACIE: within 30 days of collection)"""
    age = hours_between(taken_at, at) / 24 if taken_at is not None else None
    return verdict(
        judge_criterion(item, answer=age)
        for item in product.eligibility
        if item.code == VIROLOGY_AGE
    )


def judge_findings(
    product: ProductSpec,
    answers: Mapping[str, bool | float],
    virology_taken_at: datetime | None,
    now: datetime,
) -> Verdict:
    """Every criterion of the product, with every reason; the age of virology is computed."""
    known = dict(answers)
    known.pop(VIROLOGY_AGE, None)
    if virology_taken_at is not None and virology_taken_at <= now:
        known[VIROLOGY_AGE] = hours_between(virology_taken_at, now) / 24
    return verdict(
        judge_criterion(item, answer=known.get(item.code)) for item in product.eligibility
    )
