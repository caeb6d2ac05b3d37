"""Escalation: who should know of a finding, by how grave it is and how long it is open."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atmpflow.people import Role
from atmpflow.rules.escalation import LADDER, level, told

AGES = st.timedeltas(min_value=timedelta(), max_value=timedelta(days=400))
SEVERITIES = st.sampled_from(sorted(LADDER))


@given(severity=SEVERITIES, age=AGES, more=AGES)
def test_a_finding_never_steps_down_as_it_grows_older(
    severity: str, age: timedelta, more: timedelta
):
    assert level(severity, age) <= level(severity, age + more)


@given(age=AGES)
def test_what_is_graver_is_told_no_later(age: timedelta):
    assert level("critical", age) >= level("major", age) >= level("minor", age)


@given(owner=st.sampled_from(list(Role)), reached=st.integers(0, 2))
def test_the_owner_is_always_told_and_nobody_twice(owner: Role, reached: int):
    known = told(owner.value, reached)
    assert known[0] == owner.value
    assert len(set(known)) == len(known)
    assert (Role.COMPLIANCE.value in known) >= (reached >= 1)
    assert (Role.ADMINISTRATOR.value in known) >= (reached == 2)


@pytest.mark.parametrize(
    ("owner", "reached", "expected"),
    [
        ("coordinator", 0, ("coordinator",)),
        ("coordinator", 1, ("coordinator", "compliance-officer")),
        ("coordinator", 2, ("coordinator", "compliance-officer", "administrator")),
        ("compliance-officer", 1, ("compliance-officer",)),
        ("compliance-officer", 2, ("compliance-officer", "administrator")),
        ("administrator", 0, ("administrator",)),
        ("administrator", 2, ("administrator", "compliance-officer")),
    ],
)
def test_nobody_is_told_before_their_step_is_reached(
    owner: str, reached: int, expected: tuple[str, ...]
):
    assert told(owner, reached) == expected


@pytest.mark.parametrize(
    ("severity", "hours", "expected"),
    [
        ("critical", 3.99, 0),
        ("critical", 4, 1),
        ("critical", 24, 2),
        ("major", 71, 0),
        ("major", 72, 1),
        ("major", 168, 2),
        ("minor", 335, 0),
        ("minor", 336, 1),
        ("minor", 720, 2),
    ],
)
def test_the_ladder_has_its_steps_where_it_says(severity: str, hours: float, expected: int):
    assert level(severity, timedelta(hours=hours)) == expected
