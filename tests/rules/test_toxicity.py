"""Grades of CRS and ICANS are those of the consensus table, and worse signs never grade lower."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from atmpflow.events.after import ToxicitySigns
from atmpflow.rules.toxicity import grade_crs, grade_icans

CASES = Path(__file__).parents[3] / "shared" / "data" / "grading" / "astct-crs-icans.json"
FEBRILE = 39.0

WORSE: dict[str, tuple[str, ...]] = {
    "hypotension": ("none", "no-vasopressor", "one-vasopressor", "several-vasopressors"),
    "hypoxia": ("none", "low-flow", "high-flow", "positive-pressure"),
    "consciousness": ("awake", "to-voice", "to-touch", "unarousable"),
    "seizure": ("none", "brief-or-resolving", "prolonged"),
    "raised_pressure": ("none", "focal-oedema", "diffuse-oedema"),
}
"""Each sign, from the best to the worst."""


@st.composite
def signs(draw: st.DrawFn) -> ToxicitySigns:
    """Any findings of a day on which the ICE score was taken."""
    return ToxicitySigns(
        fever_c=draw(st.none() | st.floats(35, 42)),
        treated=draw(st.booleans()),
        ice_score=draw(st.integers(0, 10)),
        motor_weakness=draw(st.booleans()),
        **{sign: draw(st.sampled_from(order)) for sign, order in WORSE.items()},
    )


def _signs_of(case: dict[str, Any]) -> ToxicitySigns:
    """A published case in our words; what does not influence a grade is left out."""
    fever = case.get("temp_C")
    oxygen = {"low-flow nasal cannula": "low-flow", None: "none"}
    pressors = {0: "none", 1: "one-vasopressor", 2: "several-vasopressors"}
    seizure = {"generalised, resolves": "brief-or-resolving", None: "none"}
    return ToxicitySigns(
        fever_c=FEBRILE if fever == "febrile" else fever,
        treated=case.get("tocilizumab_given", False) or case.get("antipyretic", False),
        hypotension=pressors[case.get("vasopressors", 0)],
        hypoxia=oxygen[case.get("oxygen")],
        ice_score=case.get("ice"),
        consciousness=case.get("consciousness", "awake"),
        seizure=seizure[case.get("seizure")],
    )


def test_the_published_cases_grade_as_published():
    if not CASES.exists():
        pytest.skip("the published cases are not here")
    cases = json.loads(CASES.read_text(encoding="utf-8"))["published_worked_cases"]
    assert len(cases) == 8
    for case in cases:
        found = _signs_of(case["input"])
        if "crs_grade" in case:
            assert grade_crs(found) == case["crs_grade"], case["source"]
        else:
            assert grade_icans(found) == case["icans_grade"], case["source"]


@pytest.mark.parametrize(
    ("seen", "grade"),
    [
        ({}, 0),
        ({"fever_c": 37.9}, 0),
        ({"fever_c": 38.0}, 1),
        ({"fever_c": 38.0, "hypotension": "no-vasopressor"}, 2),
        ({"fever_c": 38.0, "hypoxia": "high-flow"}, 3),
        ({"fever_c": 38.0, "hypoxia": "high-flow", "hypotension": "several-vasopressors"}, 4),
        ({"hypoxia": "positive-pressure"}, 0),
        ({"hypoxia": "positive-pressure", "treated": True}, 4),
        ({"treated": True}, 0),
        ({"treated": True, "hypotension": "no-vasopressor"}, 2),
        ({"treated": True, "hypoxia": "low-flow"}, 2),
    ],
)
def test_fever_opens_crs_and_the_worse_of_two_signs_sets_it(seen: dict[str, Any], grade: int):
    assert grade_crs(ToxicitySigns(**seen)) == grade


@pytest.mark.parametrize(
    ("seen", "grade"),
    [
        ({"ice_score": 10}, 0),
        ({"ice_score": 9}, 1),
        ({"ice_score": 7}, 1),
        ({"ice_score": 6}, 2),
        ({"ice_score": 3}, 2),
        ({"ice_score": 2}, 3),
        ({"ice_score": 0}, 3),
        ({"consciousness": "unarousable"}, 4),
        ({"ice_score": 10, "consciousness": "to-voice"}, 2),
        ({"ice_score": 10, "seizure": "prolonged"}, 4),
        ({"ice_score": 10, "motor_weakness": True}, 4),
        ({"ice_score": 10, "raised_pressure": "focal-oedema"}, 3),
        ({"consciousness": "awake"}, None),
    ],
)
def test_the_worst_item_decides_icans(seen: dict[str, Any], grade: int | None):
    assert grade_icans(ToxicitySigns(**seen)) == grade


@pytest.mark.parametrize("seen", [{"ice_score": 11}, {"fever_c": 98.6}, {"seizure": "maybe"}])
def test_impossible_signs_are_refused(seen: dict[str, Any]):
    with pytest.raises(ValidationError):
        ToxicitySigns(**seen)


@given(signs(), st.sampled_from(sorted(WORSE)))
def test_no_grade_falls_when_a_sign_gets_worse(found: ToxicitySigns, sign: str):
    order = WORSE[sign]
    present = order.index(getattr(found, sign))
    for worse in order[present + 1 :]:
        later = found.model_copy(update={sign: worse})
        assert grade_crs(later) >= grade_crs(found)
        assert (grade_icans(later) or 0) >= (grade_icans(found) or 0)


@given(signs(), st.integers(0, 10))
def test_no_grade_falls_with_a_lower_ice_score_or_a_fever(found: ToxicitySigns, score: int):
    assert found.ice_score is not None
    lower = found.model_copy(update={"ice_score": min(score, found.ice_score)})
    assert (grade_icans(lower) or 0) >= (grade_icans(found) or 0)
    assert grade_crs(found.model_copy(update={"fever_c": FEBRILE})) >= grade_crs(found)
