"""May conditioning begin, and does the first dose come in the label's interval after it?"""

from datetime import datetime

from atmpflow.events.administration import ConditioningCompleted, DoseAdministered
from atmpflow.events.shipment import ProductAccepted
from atmpflow.journey import Facts
from atmpflow.message import hours_between
from atmpflow.rules.recall import recalled
from atmpflow.rules.supply import supply
from atmpflow.verdict import Reason, Verdict, verdict

ON_SITE = "EU GMP Part IV 11; JACIE D (nobody is conditioned for a product that cannot be given)"


def judge_conditioning(facts: Facts, at: datetime) -> Verdict:
    """The product is on site, in date and not recalled: only then is the patient conditioned."""
    stock = supply(facts)
    return verdict(
        (
            None
            if stock and facts.last(ProductAccepted)
            else Reason("not-accepted", "product is not on site", ON_SITE),
            Reason("expired", "past the expiry on the label", ON_SITE)
            if stock and stock.expires_at <= at
            else None,
            Reason("recalled", "taken back by its maker", ON_SITE)
            if stock and recalled(facts, stock.units)
            else None,
        )
    )


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
