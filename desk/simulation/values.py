"""What the simulated site reports: plausible values that follow from the product's own limits."""

from datetime import datetime
from hashlib import sha256

from atmpflow.events.manufacture import TestResult
from atmpflow.journey import Facts
from atmpflow.products.spec import Criterion, ReleaseTest
from atmpflow.rules.eligibility import VIROLOGY_AGE

DIN_FACILITY = "G1517"
"""A facility part for donation numbers of the simulation."""


def number(facts: Facts, what: str, size: int) -> int:
    """A number that is the same whenever this journey is asked the same."""
    digest = sha256(f"{facts.journey}:{what}:{facts.version}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % size


def good_answer(criterion: Criterion) -> bool | float:
    """An answer that meets a criterion."""
    if criterion.must_be is not None:
        return criterion.must_be
    low, high = criterion.low, criterion.high
    if low is not None and high is not None:
        return (low + high) / 2
    return low if low is not None else high if high is not None else 0.0


def good_answers(facts: Facts) -> dict[str, bool | float]:
    """Answers that meet every criterion; the age of virology is computed from its sample."""
    return {
        item.code: good_answer(item)
        for item in facts.product.eligibility
        if item.code != VIROLOGY_AGE
    }


def good_result(test: ReleaseTest) -> TestResult:
    """A result within specification."""
    if test.must_be is not None:
        return TestResult(test=test.name, outcome=test.must_be)
    low, high = test.low, test.high
    value = (low + high) / 2 if low is not None and high is not None else low or high or 0.0
    return TestResult(test=test.name, value=value)


def donation_number(facts: Facts, at: datetime) -> str:
    """An ISBT 128 donation identification number without flag and check character."""
    return f"{DIN_FACILITY}{at:%y}{number(facts, 'din', 10**6):06d}"


def unit_numbers(facts: Facts, batch: str) -> tuple[str, ...]:
    """One unit for each planned dose."""
    return tuple(f"{batch}-U{index + 1}" for index in range(len(facts.product.dose.days)))


def weight_kg(facts: Facts) -> float:
    """A weight that suits the product: a child's where the dose is by weight and in vivo."""
    product = facts.product
    top = next((item.high for item in product.eligibility if item.code == "weight-kg"), None)
    if top is not None:
        return round(top * 0.6, 1)
    return 72.0


def quantity(facts: Facts) -> float:
    """A dose in the middle of the product's range."""
    low, high = facts.product.dose.range_for(weight_kg(facts))
    return (low + high) / 2
