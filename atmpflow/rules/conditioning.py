"""Does the first dose come in the label's interval after conditioning?"""

from datetime import datetime

from atmpflow.events.administration import ConditioningCompleted, DoseAdministered
from atmpflow.journey import Facts
from atmpflow.message import hours_between
from atmpflow.verdict import Reason, Verdict, verdict


def judge_conditioning_interval(facts: Facts, at: datetime) -> Verdict:
    """Days from the end of conditioning to the first dose, against the product's range.

    Labels count whole days, so up to one day of rounding is allowed at both ends. Later doses of
    a split dose are not conditioned again.
    """
    plan, ended = facts.product.conditioning, facts.when(ConditioningCompleted)
    if plan is None or facts.last(DoseAdministered):
        return Verdict()
    if ended is None:
        return verdict((Reason("not-conditioned", "conditioning is not complete", plan.source),))
    days = hours_between(ended, at) / 24
    right = plan.days_before_low - 1 < days < plan.days_before_high + 1
    found = f"{days:.1f} days, {plan.days_before_low} to {plan.days_before_high} are right"
    return verdict((None if right else Reason("interval-wrong", found, plan.source),))
