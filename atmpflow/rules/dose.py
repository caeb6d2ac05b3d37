"""Is the prescribed quantity in the product's range, and how much must be ordered?"""

from datetime import datetime

from atmpflow.message import hours_between
from atmpflow.products.spec import Dose
from atmpflow.verdict import Reason, Verdict, verdict


def judge_quantity(dose: Dose, *, quantity: float, weight_kg: float | None) -> Verdict:
    """The range of the label; a dose by weight needs the weight."""
    if dose.per_kg and weight_kg is None:
        return verdict((Reason("weight-missing", "dose is by weight", dose.source),))
    low, high = dose.range_for(weight_kg)
    # Computed doses differ from the bound by rounding alone.
    right = low * (1 - 1e-9) <= quantity <= high * (1 + 1e-9)
    found = f"{quantity:g} of {low:g} to {high:g} {dose.unit}"
    return verdict((None if right else Reason("dose-out-of-range", found, dose.source),))


def order_quantity(dose: Dose, weight_kg: float) -> float:
    """What to order for one dose: by weight where the label says so, else the lower bound."""
    return dose.range_for(weight_kg)[0]


def weight_valid(dose: Dose, *, weighed_at: datetime, now: datetime) -> bool:
    """Is the weight young enough for an order?"""
    limit = dose.weight_valid_days
    return limit is None or hours_between(weighed_at, now) <= 24 * limit
