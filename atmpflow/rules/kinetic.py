"""Mean kinetic temperature: the one that ages a product as much as the real ones did."""

from collections.abc import Iterable
from math import exp, log

ACTIVATION_KJ_PER_MOL = 83.144
GAS_KJ_PER_MOL_K = 8.3144e-3
ZERO_C_IN_K = 273.15
SOURCE = "USP <1160>, mean kinetic temperature (activation energy 83.144 kJ/mol)"


def mean_kinetic_c(
    readings: Iterable[tuple[float, float]], energy_kj_per_mol: float = ACTIVATION_KJ_PER_MOL
) -> float:
    """Degrees Celsius from pairs of degrees Celsius and weight (seconds the reading stands for).

    Raises ValueError where nothing was read. Not defined as an excuse for cryogenic product: there
    each excursion counts against the stability budget.
    """
    over_r = energy_kj_per_mol / GAS_KJ_PER_MOL_K
    total = weighted = 0.0
    for celsius, weight in readings:
        total += weight
        weighted += weight * exp(-over_r / (celsius + ZERO_C_IN_K))
    if total <= 0:
        raise ValueError("a mean needs at least one reading that lasts")
    return over_r / -log(weighted / total) - ZERO_C_IN_K
