"""What projections share."""

from collections.abc import Callable, Iterator
from typing import Any

from atmpflow.events.consent import LeftOver
from atmpflow.journey import Facts, Recorded
from models.changes import Change, Update
from models.handover import in_state
from models.scheduling import SlotBooking

Projection = Callable[[Any, Recorded, Facts], Iterator[Change]]


ASIDE = {"destroy": "to-destroy", "keep": "kept", "research": "for-research"}
"""The state of a unit that will not be given, by the patient's wish."""


def put_aside(left: LeftOver) -> Iterator[Change]:
    """What will not be given is kept apart until it is dealt with as the patient wished."""
    for unit in left.units:
        yield in_state(unit, ASIDE[left.unused_cells])


def free_slots(row: Recorded, facts: Facts) -> Iterator[Change]:
    """A journey that is over holds nobody's bed or suite."""
    key = {"journey_id": facts.journey, "released_at": None}
    yield Update(SlotBooking, key, {"released_at": row.occurred_at})
