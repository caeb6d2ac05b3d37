"""Finding slots: the first day on which every resource of a journey is free."""

from datetime import datetime

from atmpflow.commands.admission import BookSlots
from atmpflow.journey import Facts
from atmpflow.rules.scheduling import first_joint_slots
from models.database import transaction
from models.lookups import busy
from tasks.answer import NotYet
from tasks.engine import engine


def book_slots(facts: Facts, at: datetime) -> BookSlots:
    """Propose the earliest joint slots. Raises NotYet when there are none within a year."""
    with transaction(engine()) as connection:
        taken = busy(connection, at)
    slots = first_joint_slots(facts.product, facts.referral.treating_centre, taken, after=at)
    if slots is None:
        raise NotYet("no joint slot within a year")
    return BookSlots(occurred_at=at, slots=slots)
