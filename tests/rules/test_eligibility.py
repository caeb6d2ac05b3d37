"""Every criterion must be answered and met; virology is never older than thirty days."""

from datetime import UTC, datetime, timedelta
from math import nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atmpflow.products.catalogue import catalogue, product
from atmpflow.products.spec import Criterion
from atmpflow.rules.eligibility import (
    VIROLOGY_AGE,
    judge_criterion,
    judge_findings,
    judge_virology,
)
from atmpflow.verdict import verdict
from desk.simulation.values import good_answer
from tests.wording import against

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
RANGED = Criterion(code="ecog", question="ECOG", low=0, high=1, source="a protocol, 5.1")
ASKED = Criterion(code="infection", question="Any?", must_be=False, source="a protocol, 5.2")
NEEDS_VIROLOGY = sorted(
    code
    for code, spec in catalogue().items()
    if any(item.code == VIROLOGY_AGE for item in spec.eligibility)
)


def _good(code: str) -> dict[str, bool | float]:
    return {item.code: good_answer(item) for item in product(code).eligibility}


@pytest.mark.parametrize(
    ("criterion", "answer", "met"),
    [
        (RANGED, 0, True),
        (RANGED, 1, True),
        (RANGED, 1.5, False),
        (RANGED, -1, False),
        (RANGED, None, False),
        (RANGED, True, False),
        (RANGED, nan, False),
        (ASKED, False, True),
        (ASKED, True, False),
        (ASKED, 0.0, False),
        (ASKED, None, False),
    ],
)
def test_a_criterion_is_met_by_its_own_kind_of_answer(
    *, criterion: Criterion, answer: bool | float | None, met: bool
):
    judged = verdict([judge_criterion(criterion, answer=answer)])
    assert against(judged) == ([] if met else [criterion.code])


@pytest.mark.parametrize(
    ("criterion", "answer", "found"),
    [
        (RANGED, 1.5, "is 1.5, outside the range"),
        (RANGED, True, "a number is needed"),
        (RANGED, None, "not answered"),
        (ASKED, True, "is True"),
    ],
)
def test_a_criterion_that_is_not_met_says_what_was_answered(
    *, criterion: Criterion, answer: bool | float | None, found: str
):
    reason = judge_criterion(criterion, answer=answer)
    assert reason is not None
    assert (reason.found, reason.source) == (found, criterion.source)


@pytest.mark.parametrize("code", sorted(catalogue()))
def test_each_unanswered_criterion_is_a_reason_against(code: str):
    taken = NOW - timedelta(days=2)
    assert judge_findings(product(code), _good(code), taken, NOW).allowed
    nothing = judge_findings(product(code), {}, None, NOW)
    assert set(against(nothing)) == {item.code for item in product(code).eligibility}


@given(
    code=st.sampled_from(NEEDS_VIROLOGY),
    minutes=st.integers(min_value=1, max_value=60 * 24 * 400),
    claimed=st.floats(0, 30),
)
def test_virology_older_than_thirty_days_is_refused_whatever_is_claimed(
    code: str, minutes: int, claimed: float
):
    answers = {**_good(code), VIROLOGY_AGE: claimed}
    taken = NOW - timedelta(days=30)
    assert judge_findings(product(code), answers, taken, NOW).allowed
    old = taken - timedelta(minutes=minutes)
    found = judge_findings(product(code), answers, old, NOW)
    assert against(found) == [VIROLOGY_AGE]
    assert not judge_virology(product(code), old, NOW).allowed


@pytest.mark.parametrize("code", NEEDS_VIROLOGY)
def test_a_sample_that_is_missing_or_was_not_taken_yet_is_refused(code: str):
    for taken in (None, NOW + timedelta(minutes=1)):
        assert not judge_findings(product(code), _good(code), taken, NOW).allowed
        assert not judge_virology(product(code), taken, NOW).allowed


@pytest.mark.parametrize("code", NEEDS_VIROLOGY)
def test_a_sample_of_this_very_moment_counts(code: str):
    assert judge_findings(product(code), _good(code), NOW, NOW).allowed
    assert judge_virology(product(code), NOW, NOW).allowed


@given(code=st.sampled_from(sorted(catalogue())), data=st.data())
def test_no_verdict_improves_when_an_answer_is_taken_away(code: str, data: st.DataObject):
    answers = data.draw(
        st.fixed_dictionaries({}, optional={name: st.just(a) for name, a in _good(code).items()})
    )
    fewer = {name: answers[name] for name in list(answers)[1:]}
    before = judge_findings(product(code), answers, None, NOW).against
    assert set(before) <= set(judge_findings(product(code), fewer, None, NOW).against)
