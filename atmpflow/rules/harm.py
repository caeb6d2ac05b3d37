"""Is an adverse event a suspected unexpected serious adverse reaction, and how grave is it?

Source: SI 2004/1031 reg. 2 (definitions); ICH E2A.
"""

from atmpflow.events.harm import Case


def serious(case: Case) -> bool:
    """Whatever is more than not serious."""
    return case.severity != "not-serious"


def grave(case: Case) -> bool:
    """Fatal or life-threatening: the shorter clock."""
    return case.severity in {"fatal", "life-threatening"}


def unexpected_reaction(case: Case) -> bool:
    """Serious, suspected to be caused by the product, and not listed for it."""
    return serious(case) and case.related and not case.expected
