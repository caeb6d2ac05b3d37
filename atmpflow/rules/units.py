"""Are these degrees what the file says they are? Fahrenheit read as Celsius looks like this."""

from collections.abc import Sequence

from atmpflow.products.spec import Band

ENOUGH = 0.9
"""Share of the readings that must speak for another unit before it is doubted."""
FEW = 0.1
COLDEST_VAPOUR_C = -200.0
"""Nothing that travels is colder than boiling nitrogen (-195.8 C), to the accuracy of a sensor."""


def celsius_of(fahrenheit: float) -> float:
    """Degrees Celsius, to a hundredth."""
    return round((fahrenheit - 32) / 1.8, 2)


def in_band(celsius: float, band: Band) -> bool:
    return (band.low_c is None or celsius >= band.low_c) and celsius <= band.high_c


def looks_like_fahrenheit(readings: Sequence[float], band: Band) -> bool:
    """Hardly any reading is in the band as Celsius, and nearly all are as Fahrenheit.

    Below a single limit colder is always right, but not colder than boiling nitrogen.
    """
    if not readings:
        return False
    if band.low_c is None:
        too_cold = sum(one < COLDEST_VAPOUR_C for one in readings) / len(readings)
        return too_cold >= ENOUGH
    as_read = sum(in_band(one, band) for one in readings) / len(readings)
    converted = sum(in_band(celsius_of(one), band) for one in readings) / len(readings)
    return as_read <= FEW and converted >= ENOUGH
