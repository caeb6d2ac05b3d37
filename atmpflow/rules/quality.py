"""Is every release test there and within its specification?"""

from collections.abc import Iterable

from atmpflow.events.manufacture import TestResult
from atmpflow.products.spec import ReleaseTest
from atmpflow.rules.ranges import within
from atmpflow.verdict import Reason, Verdict, verdict


def judge_test(test: ReleaseTest, result: TestResult | None) -> Reason | None:
    """One result against its specification; a missing result is a reason against."""
    if result is None:
        return Reason(test.name, "no result", test.source)
    if test.must_be is not None:
        right = result.outcome == test.must_be
        return None if right else Reason(test.name, f"outcome {result.outcome}", test.source)
    if result.value is None:
        return Reason(test.name, "a number is needed", test.source)
    if within(result.value, test.low, test.high):
        return None
    return Reason(test.name, f"{result.value:g} {test.unit}, out of range", test.source)


def judge_results(tests: Iterable[ReleaseTest], results: Iterable[TestResult]) -> Verdict:
    """Every test of the specification; when a test was repeated, the worst result counts."""
    by_name: dict[str, list[TestResult]] = {}
    for result in results:
        by_name.setdefault(result.test, []).append(result)
    return verdict(
        reason
        for test in tests
        for reason in [judge_test(test, item) for item in by_name.get(test.name, [])]
        or [judge_test(test, None)]
    )
