"""Is a number within its limits? What is not a number is within none."""

from math import inf


def within(value: float, low: float | None, high: float | None) -> bool:
    """Both limits count as within; a missing limit is none. NaN compares false, so it is out."""
    least, most = -inf if low is None else low, inf if high is None else high
    return least <= value <= most
