"""Too few or too dead cells are not enough, and material expires by elapsed time."""

from datetime import UTC, datetime, timedelta
from math import nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atmpflow.products.catalogue import catalogue
from atmpflow.products.spec import StartingMaterial
from atmpflow.rules.material import judge_collection, material_expires
from tests.wording import against

MADE = sorted(code for code, spec in catalogue().items() if spec.starting_material)


def _need(code: str = "kymriah") -> StartingMaterial:
    need = catalogue()[code].starting_material
    assert need is not None
    return need


@pytest.mark.parametrize("code", MADE)
def test_the_minimum_itself_is_enough(code: str):
    need = _need(code)
    least, alive = need.at_least, need.viability_at_least_pct
    assert judge_collection(need, count=least, viability_pct=alive).allowed


@given(code=st.sampled_from(MADE), part=st.floats(0, 0.999), alive=st.floats(0, 100))
def test_less_than_the_minimum_is_never_enough(code: str, part: float, alive: float):
    need = _need(code)
    judged = judge_collection(need, count=need.at_least * part, viability_pct=alive)
    assert "count-short" in against(judged)
    dead = judge_collection(
        need, count=need.at_least, viability_pct=need.viability_at_least_pct * part
    )
    assert set(against(dead)) <= {"viability-low"}
    assert dead.allowed is (need.viability_at_least_pct == 0)


def test_a_short_collection_says_how_much_of_how_much():
    need = _need()
    judged = judge_collection(need, count=need.at_least / 2, viability_pct=1)
    count, alive = judged.against
    assert count.found == f"{need.at_least / 2:g} of {need.at_least:g} {need.measure}"
    assert alive.found == f"1 % of {need.viability_at_least_pct:g} %"
    assert {count.source, alive.source} == {need.source}


def test_what_is_not_a_number_is_not_enough():
    assert not judge_collection(_need(), count=nan, viability_pct=99).allowed
    assert not judge_collection(_need(), count=1e9, viability_pct=nan).allowed


@pytest.mark.parametrize("code", MADE)
def test_material_expires_its_hours_after_the_end_of_collection(code: str):
    ended = datetime(2026, 3, 28, 23, tzinfo=UTC)
    hours = _need(code).expires_h
    expires = material_expires(_need(code), ended)
    assert expires - ended == timedelta(hours=hours)
    assert expires.tzinfo is UTC
