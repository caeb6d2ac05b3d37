"""Is starting material left for another batch, and may one be made of it?"""

from datetime import datetime

from atmpflow.events.collection import CollectionCompleted, CollectionShort
from atmpflow.events.manufacture import BatchRejected, ManufactureStarted
from atmpflow.events.remaking import ManufactureFailed, RemakeOrdered
from atmpflow.journey import Facts
from atmpflow.verdict import Reason, Verdict, verdict

MOST_BATCHES = 3
SOURCE = "operational default: beyond this the team decides on another collection or therapy"
MATERIAL = "EU GMP Part IV 11 (only material within its expiry, as the manufacturer confirms)"


def batches(facts: Facts) -> int:
    """How many batches were begun for this patient, those of earlier collections too."""
    return len(facts.ever(ManufactureStarted))


def said_left(facts: Facts) -> bool | None:
    """What the manufacturer said when the present batch failed; none: nobody has said."""
    failed = facts.last(ManufactureFailed) or facts.last(BatchRejected)
    return failed.material_left if failed else None


def kept_back(facts: Facts) -> str | None:
    """The unit of starting material that is left of a batch that failed."""
    collected = facts.last(CollectionCompleted)
    return collected.unit if collected and said_left(facts) else None


def material_expires_at(facts: Facts) -> datetime | None:
    """Until when the present material may be used; what is left has a label of its own."""
    collected, remade = facts.recorded(CollectionCompleted), facts.recorded(RemakeOrdered)
    short = facts.recorded(CollectionShort)
    if collected is None or (short and short[0].seq > collected[0].seq):
        return None
    if remade and remade[0].seq > collected[0].seq:
        return remade[1].material_expires_at
    return collected[1].expires_at


def judge_remake(facts: Facts, *, expires_at: datetime, now: datetime) -> Verdict:
    """Material is left and in date, and not too many batches were begun."""
    return verdict(
        (
            Reason("nothing-left", "the report says that no material is left", MATERIAL)
            if said_left(facts) is False
            else None,
            Reason("expired", "the material that is left", MATERIAL) if expires_at <= now else None,
            Reason("attempts-used", f"{batches(facts)} batches begun so far", SOURCE)
            if batches(facts) >= MOST_BATCHES
            else None,
        )
    )
