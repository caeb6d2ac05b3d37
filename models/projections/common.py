"""What projections share."""

from collections.abc import Callable, Iterator
from typing import Any

from atmpflow.journey import Facts, Recorded
from models.changes import Change, Update
from models.scheduling import SlotBooking

Projection = Callable[[Any, Recorded, Facts], Iterator[Change]]


def free_slots(row: Recorded, facts: Facts) -> Iterator[Change]:
    """A journey that is over holds nobody's bed or suite."""
    key = {"journey_id": facts.journey, "released_at": None}
    yield Update(SlotBooking, key, {"released_at": row.occurred_at})
