"""Duties: what each event changes in the state tables."""

from collections.abc import Iterator

from atmpflow.duties import Duty as Opened
from atmpflow.events.consent import LeftOver
from atmpflow.events.duties import DutyFulfilled, DutyOverdue
from atmpflow.journey import Facts, Recorded
from atmpflow.message import Event
from atmpflow.owed_for_safety import DESTROY
from models.changes import Change, Insert, Update
from models.duty import Duty
from models.handover import give_up, in_state
from models.projections.common import Projection


def new_duty(duty: Opened, row: Recorded, facts: Facts) -> Change:
    """The row of a duty that an event opens."""
    values = {
        "journey_id": facts.journey,
        "name": duty.name,
        "title": duty.title,
        "owner": duty.owner.value,
        "cause": duty.cause,
        "seq": row.seq,
        "source": duty.source,
        "since": duty.since,
        "due_at": duty.due_at,
    }
    return Insert(Duty, values)


def _key(name: str, facts: Facts) -> dict[str, object]:
    return {"journey_id": facts.journey, "name": name}


def _fulfilled(event: DutyFulfilled, row: Recorded, facts: Facts) -> Iterator[Change]:
    """Somebody did it: who, when, and where it is written."""
    done = {"fulfilled_at": row.occurred_at, "fulfilled_by": row.actor.id}
    yield Update(Duty, _key(event.duty, facts), {**done, "reference": event.reference})
    yield from _destroyed(event.duty, row, facts)


def _destroyed(duty: str, row: Recorded, facts: Facts) -> Iterator[Change]:
    """Where the duty was to destroy cells, they are no more and nobody holds them."""
    kind, _, seq = duty.partition(":")
    cause = facts.history[int(seq) - 1].event if kind == DESTROY else None
    for unit in cause.units if isinstance(cause, LeftOver) else ():
        yield in_state(unit, "destroyed")
        yield give_up(unit, row)


def _overdue(event: DutyOverdue, row: Recorded, facts: Facts) -> Iterator[Change]:
    """Its deadline passed."""
    yield Update(Duty, _key(event.duty, facts), {"overdue_at": event.due_at})


PROJECTIONS: dict[type[Event], Projection] = {DutyFulfilled: _fulfilled, DutyOverdue: _overdue}
