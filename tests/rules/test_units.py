"""Degrees Fahrenheit that were read as Celsius are noticed; a mean is of what was read."""

import pytest

from atmpflow.products.spec import Band
from atmpflow.rules.kinetic import mean_kinetic_c
from atmpflow.rules.units import celsius_of, in_band, looks_like_fahrenheit

FRIDGE = Band(low_c=2, high_c=8, source="a label, 6.4")
FROZEN = Band(high_c=-150, source="a label, 6.4")
COLD_F, COLD_C = 41.0, 5.0


@pytest.mark.parametrize(
    ("fahrenheit", "celsius"), [(32, 0), (212, 100), (41, 5), (-40, -40), (100, 37.78), (0, -17.78)]
)
def test_fahrenheit_becomes_celsius_to_a_hundredth(fahrenheit: float, celsius: float):
    assert celsius_of(fahrenheit) == celsius


@pytest.mark.parametrize(
    ("celsius", "inside"), [(2, True), (8, True), (1.99, False), (8.01, False), (-160, False)]
)
def test_both_ends_of_a_band_are_in_it(*, celsius: float, inside: bool):
    assert in_band(celsius, FRIDGE) is inside
    assert in_band(-150, FROZEN)
    assert not in_band(-149.99, FROZEN)


@pytest.mark.parametrize(
    ("fahrenheit", "celsius", "other", "doubted"),
    [
        (10, 0, 0, True),
        (0, 10, 0, False),
        (9, 1, 0, True),
        (8, 2, 0, False),
        (9, 0, 1, True),
        (17, 0, 3, False),
        (0, 0, 10, False),
        (0, 0, 0, False),
        (1, 0, 0, True),
    ],
)
def test_a_file_is_doubted_when_nine_in_ten_are_right_as_fahrenheit_only(
    *, fahrenheit: int, celsius: int, other: int, doubted: bool
):
    readings = [COLD_F] * fahrenheit + [COLD_C] * celsius + [500.0] * other
    assert looks_like_fahrenheit(readings, FRIDGE) is doubted
    assert not looks_like_fahrenheit(readings, FROZEN)


@pytest.mark.parametrize("nothing", [[], [(5.0, 0.0)]])
def test_a_mean_of_nothing_is_an_error(nothing: list[tuple[float, float]]):
    with pytest.raises(ValueError, match=r"^a mean needs at least one reading that lasts$"):
        mean_kinetic_c(nothing)
