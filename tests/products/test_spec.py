"""The shape of a product file refuses what would not be safe to run."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from atmpflow.products.catalogue import product
from atmpflow.products.spec import Band, Dose, UseWindow

SOURCE = "SmPC of the product, 4.2"


@given(st.floats(-200, 60), st.floats(-200, 60), st.floats(-200, 60))
def test_a_band_holds_exactly_what_lies_between_its_ends(low: float, high: float, at: float):
    if low < high:
        band = Band(source=SOURCE, low_c=low, high_c=high)
        assert band.holds(at) == (low <= at <= high)


def test_a_band_without_a_lower_end_holds_everything_colder():
    band = Band(source=SOURCE, high_c=-150)
    assert band.holds(-196)
    assert band.holds(-150)
    assert not band.holds(-149.9)


def test_a_window_has_a_length():
    window = UseWindow(source=SOURCE, begins="thaw", minutes=30)
    assert window.length == timedelta(minutes=30)


@given(st.floats(1, 250))
def test_a_dose_by_weight_never_holds_more_than_the_label_allows(weight_kg: float):
    dose = product("yescarta").dose
    low, high = dose.range_for(weight_kg)
    assert low <= high <= 2e8
    assert high == pytest.approx(min(2e6 * weight_kg, 2e8))


def test_a_dose_that_is_not_by_weight_needs_none():
    assert product("abecma").dose.range_for(None) == (260.0, 500.0)


def test_a_dose_by_weight_needs_the_weight():
    with pytest.raises(ValueError, match="by weight"):
        product("zolgensma").dose.range_for(None)


@pytest.mark.parametrize(
    ("section", "change"),
    [
        ("storage", {"low_c": -100.0, "high_c": -120.0}),
        ("dose", {"low": 7.0}),
        ("dose", {"days": (1, 9)}),
        ("dose", {"days": (0, 9, 9)}),
        ("conditioning", {"days_before_low": 20}),
        ("follow_up", {"years": 5}),
        ("follow_up", {"visits_day": (180, 100, 5479)}),
        ("storage", {"source": "SmPC"}),
    ],
)
def test_figures_that_contradict_each_other_are_refused(section: str, change: dict[str, object]):
    whole = product("kymriah").model_dump()
    with pytest.raises(ValidationError):
        type(product("kymriah")).model_validate({**whole, section: {**whole[section], **change}})


@pytest.mark.parametrize(
    "change",
    [
        {"starting_material": None},
        {"manufacture": None},
        {"release_tests": ()},
        {"eligibility": ()},
        {"use_windows": ()},
        {"pathway": "in-vivo"},
        {"code": "Kymriah EU"},
        {"price": 1},
    ],
)
def test_a_product_that_is_not_whole_is_refused(change: dict[str, object]):
    whole = product("kymriah").model_dump()
    with pytest.raises(ValidationError):
        type(product("kymriah")).model_validate(whole | change)


@pytest.mark.parametrize("part", ["eligibility", "release_tests"])
def test_the_same_question_or_test_twice_is_refused(part: str):
    whole = product("kymriah").model_dump()
    with pytest.raises(ValidationError, match="same"):
        type(product("kymriah")).model_validate({**whole, part: (*whole[part], whole[part][0])})


def test_a_frozen_product_without_a_window_from_thaw_is_refused():
    whole = product("kymriah").model_dump()
    window = {**whole["use_windows"][0], "begins": "opening"}
    with pytest.raises(ValidationError, match="thaw"):
        type(product("kymriah")).model_validate({**whole, "use_windows": (window,)})


@pytest.mark.parametrize("answer", [{"must_be": True, "low": 1.0}, {}, {"low": 2.0, "high": 1.0}])
def test_a_question_has_a_range_or_one_right_answer(answer: dict[str, object]):
    whole = product("kymriah").model_dump()
    question = {"code": "lvef-pct", "question": "?", "source": SOURCE} | answer
    with pytest.raises(ValidationError):
        type(product("kymriah")).model_validate({**whole, "eligibility": (question,)})


def test_days_of_a_dose_begin_with_the_first():
    assert Dose(source=SOURCE, unit="cells", low=1, high=2).days == (0,)
