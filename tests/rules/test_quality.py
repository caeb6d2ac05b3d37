"""Every release test is there and in specification; a repeated test counts at its worst."""

from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from atmpflow.events.manufacture import TestResult
from atmpflow.products.catalogue import catalogue
from atmpflow.products.spec import ReleaseTest
from atmpflow.rules.quality import judge_results, judge_test
from atmpflow.verdict import verdict
from desk.simulation.values import good_result
from tests.wording import against

RANGED = ReleaseTest(name="viability", unit="%", low=70, source="a licence, 3.2.P.5")
STERILE = ReleaseTest(name="sterility", must_be="negative", source="Ph. Eur. 2.6.1")
MADE = sorted(code for code, spec in catalogue().items() if spec.release_tests)


@pytest.mark.parametrize(
    ("test", "result", "passes"),
    [
        (RANGED, {"value": 70}, True),
        (RANGED, {"value": 69.9}, False),
        (RANGED, {"outcome": "pass"}, False),
        (STERILE, {"outcome": "negative"}, True),
        (STERILE, {"outcome": "positive"}, False),
        (STERILE, {"outcome": "NEGATIVE"}, False),
        (STERILE, {"value": 0}, False),
    ],
)
def test_a_result_is_held_against_its_specification(
    *, test: ReleaseTest, result: dict[str, float], passes: bool
):
    found = TestResult.model_validate({"test": test.name, **result})
    assert against(verdict([judge_test(test, found)])) == ([] if passes else [test.name])


@pytest.mark.parametrize(
    ("test", "result", "found"),
    [
        (RANGED, {"value": 69.5}, "69.5 %, out of range"),
        (RANGED, {"outcome": "pass"}, "a number is needed"),
        (STERILE, {"outcome": "positive"}, "outcome positive"),
        (STERILE, None, "no result"),
        (RANGED, None, "no result"),
    ],
)
def test_a_failed_test_says_what_was_found(
    test: ReleaseTest, result: dict[str, float] | None, found: str
):
    given_result = result and TestResult.model_validate({"test": test.name, **result})
    reason = judge_test(test, given_result)
    assert reason is not None
    assert (reason.found, reason.source) == (found, test.source)


@pytest.mark.parametrize(("value", "passes"), [(70, True), (90, True), (90.1, False), (69, False)])
def test_both_limits_of_a_range_hold(*, value: float, passes: bool):
    both = ReleaseTest(name="viability", unit="%", low=70, high=90, source="a licence, 3.2.P.5")
    assert (judge_test(both, TestResult(test="viability", value=value)) is None) is passes


@pytest.mark.parametrize("value", [nan, inf, -inf])
def test_what_is_not_a_number_is_no_result(value: float):
    with pytest.raises(ValidationError):
        TestResult(test=RANGED.name, value=value)
    assert judge_test(RANGED, TestResult.model_construct(test=RANGED.name, value=nan)) is not None


def test_a_missing_result_is_a_reason_against():
    assert judge_test(RANGED, None) is not None


@given(code=st.sampled_from(MADE), data=st.data())
def test_no_batch_passes_with_a_test_missing(code: str, data: st.DataObject):
    tests = catalogue()[code].release_tests
    results = [good_result(test) for test in tests]
    assert judge_results(tests, results).allowed
    lost = data.draw(st.sampled_from(tests))
    left = [result for result in results if result.test != lost.name]
    judged = judge_results(tests, left)
    assert against(judged) == [lost.name]


@given(code=st.sampled_from(MADE), data=st.data())
def test_repeating_a_failed_test_until_it_passes_does_not_help(code: str, data: st.DataObject):
    tests = catalogue()[code].release_tests
    failed = data.draw(st.sampled_from(tests))
    bad = TestResult(test=failed.name, outcome="failed")
    results = data.draw(st.permutations([bad, *(good_result(test) for test in tests)]))
    assert not judge_results(tests, results).allowed
