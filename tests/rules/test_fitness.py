"""Why a patient is not fit: each reason is named, with its source."""

from datetime import timedelta
from typing import Any

import pytest

from atmpflow.events.patient import FitnessAssessed, PatientDeteriorated
from atmpflow.journey import Facts
from atmpflow.rules.fitness import judge_fitness
from tests.memory import opened, waiting_for, with_event
from tests.wording import against

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
FIT = {"fit": True, "ecog": 1, "infection": False, "organ_function": True}


def _examined(**found: Any) -> Facts:
    facts = waiting_for("start-manufacture")
    event = FitnessAssessed.model_validate({**FIT, **found})
    return with_event(facts, event, facts.history[-1].occurred_at)


@pytest.mark.parametrize(
    ("found", "codes"),
    [
        ({}, []),
        ({"fit": False}, ["not-fit"]),
        ({"infection": True}, ["infection"]),
        ({"organ_function": False}, ["organ-function"]),
        (
            {"fit": False, "infection": True, "organ_function": False},
            ["not-fit", "infection", "organ-function"],
        ),
    ],
)
def test_each_thing_found_is_a_reason_of_its_own(found: dict[str, bool], codes: list[str]):
    facts = _examined(**found)
    assert against(judge_fitness(facts, facts.history[-1].occurred_at)) == codes


def test_nobody_is_fit_without_an_examination():
    facts = opened()
    assert against(judge_fitness(facts, facts.history[-1].occurred_at)) == ["fitness-missing"]


def test_whoever_became_worse_is_fit_again_only_after_another_examination():
    facts = _examined()
    at = facts.history[-1].occurred_at
    worse = with_event(facts, PatientDeteriorated(ecog=3, reason="progression"), at)
    assert against(judge_fitness(worse, at)) == ["worse-since"]
    again = with_event(worse, FitnessAssessed.model_validate(FIT), at)
    assert against(judge_fitness(again, at)) == []


@pytest.mark.parametrize(
    ("age", "codes"),
    [
        (timedelta(0), []),
        (3 * DAY, []),
        (3 * DAY + MINUTE, ["fitness-old"]),
        (-MINUTE, ["fitness-old"]),
    ],
)
def test_an_examination_is_good_for_its_days_and_not_for_the_past(age: timedelta, codes: list[str]):
    facts = _examined()
    at = facts.history[-1].occurred_at + age
    assert against(judge_fitness(facts, at, days=3)) == codes
    assert against(judge_fitness(facts, at)) == []


def test_an_old_examination_says_how_old_and_how_old_is_right():
    facts = _examined()
    at = facts.history[-1].occurred_at + 10 * DAY
    (reason,) = judge_fitness(facts, at, days=3).against
    assert reason.found == "10.0 days ago, 3 are right"
