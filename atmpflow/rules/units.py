"""Are these degrees what the file says they are? Fahrenheit read as Celsius looks like this."""

from collections.abc import Sequence

from atmpflow.products.spec import Band

ENOUGH = 0.9
"""Share of the readings that must speak for another unit before it is doubted."""
FEW = 0.1


def celsius_of(fahrenheit: float) -> float:
    """Degrees Celsius, to a hundredth."""
    return round((fahrenheit - 32) / 1.8, 2)


def in_band(celsius: float, band: Band) -> bool:
    return (band.low_c is None or celsius >= band.low_c) and celsius <= band.high_c


def looks_like_fahrenheit(readings: Sequence[float], band: Band) -> bool:
    """Hardly any reading is in the band as Celsius, and nearly all are as Fahrenheit.

    Only where the band has both ends: below a single limit, colder is always right.
    """
    if not readings or band.low_c is None:
        return False
    as_read = sum(in_band(one, band) for one in readings) / len(readings)
    converted = sum(in_band(celsius_of(one), band) for one in readings) / len(readings)
    return as_read <= FEW and converted >= ENOUGH
