"""Is a unit recalled?

Source: MHRA, A guide to defective medicinal products: classes 1 to 3 are recalls, class 4 is a
caution in use.
"""

from collections.abc import Iterable

from atmpflow.events.recall import RecallReached
from atmpflow.journey import Facts

CAUTION = 4
"""The class that only cautions; nothing is taken back."""


def recalled(facts: Facts, units: Iterable[str]) -> bool:
    """Is any of these units taken back by a recall that has reached the journey?"""
    taken = {
        unit
        for _, event in facts.all(RecallReached)
        if event.recall_class < CAUTION
        for unit in event.units
    }
    return bool(taken & set(units))
