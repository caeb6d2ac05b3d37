"""May the cells be collected, or a product be ordered, once more?"""

from atmpflow.events.admission import ScreeningRecorded
from atmpflow.events.collection import CollectionCompleted, CollectionShort
from atmpflow.events.recovery import (
    CollectionFailed,
    RecollectionOrdered,
    ReplacementOrdered,
)
from atmpflow.journey import Facts
from atmpflow.verdict import Reason, Verdict, verdict

MOST_COLLECTIONS = 4
MOST_SUPPLIES = 3
SOURCE = "operational default: beyond this the team decides on another therapy"
FITNESS = "JACIE B6/C6: fitness is evaluated before each collection"


def collections(facts: Facts) -> int:
    """How often the patient was attached: full, short and failed collections."""
    return len(facts.ever(CollectionCompleted)) + len(facts.ever(CollectionFailed))


def judge_collecting(facts: Facts) -> Verdict:
    """Not more often than the limit, and after a failure only with a newer screening."""
    failed = [
        row.seq
        for kind in (CollectionShort, CollectionFailed, RecollectionOrdered)
        for row, _ in facts.ever(kind)
    ]
    screened = facts.recorded(ScreeningRecorded)
    stale = bool(failed) and (screened is None or screened[0].seq < max(failed))
    return verdict(
        (
            Reason("attempts-used", f"{collections(facts)} collections so far", SOURCE)
            if collections(facts) >= MOST_COLLECTIONS
            else None,
            Reason("screening-before-failure", "the patient was not screened since", FITNESS)
            if stale
            else None,
        )
    )


def supplies(facts: Facts) -> int:
    """How often the supply began anew."""
    return len(facts.ever(RecollectionOrdered)) + len(facts.ever(ReplacementOrdered))


def judge_supplying(facts: Facts) -> Verdict:
    """Not begun anew more often than the limit."""
    return verdict(
        (
            Reason("attempts-used", f"begun anew {supplies(facts)} times", SOURCE)
            if supplies(facts) >= MOST_SUPPLIES
            else None,
        )
    )
