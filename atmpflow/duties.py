"""Who must be told, and who must do what by when, after something happened?

A duty runs beside the course of a journey: a report to the authority, a call to the treating
team. It has an owner and a deadline, outlives the journey's end, and is fulfilled by name. What
opens which duty is data here; a new duty is one line.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from atmpflow.events.collection import CollectionShort
from atmpflow.events.duties import DutyFulfilled, DutyOverdue
from atmpflow.events.manufacture import QualityOutOfSpecification
from atmpflow.journey import Facts, Recorded
from atmpflow.message import Event
from atmpflow.owed import HOUR, Owed, inform
from atmpflow.owed_for_making import MAKING
from atmpflow.owed_for_safety import SAFETY
from atmpflow.owed_for_supply import SUPPLY
from atmpflow.people import Role

DUTIES: dict[type[Event], tuple[Owed, ...]] = {
    CollectionShort: (inform(Role.PHYSICIAN), inform(Role.MANUFACTURER)),
    QualityOutOfSpecification: (inform(Role.PHYSICIAN, HOUR), inform(Role.COORDINATOR)),
    **SAFETY,
    **SUPPLY,
    **MAKING,
}
"""What each event makes people owe."""


@dataclass(frozen=True, slots=True)
class Duty:
    """One duty of one journey; `name` is unique in it. Times in UTC."""

    name: str
    title: str
    owner: Role
    since: datetime
    due_at: datetime
    source: str
    cause: str
    fulfilled: Recorded | None = None

    @property
    def open(self) -> bool:
        return self.fulfilled is None


def opened_by(row: Recorded) -> Iterator[Duty]:
    """The duties that one event opens."""
    event = row.event
    for owed in DUTIES.get(type(event), ()):
        if owed.when is not None and not owed.when(event):
            continue
        since = owed.since(event, row) if owed.since else row.occurred_at
        yield Duty(
            name=f"{owed.kind}:{row.seq}",
            title=owed.title,
            owner=owed.owner,
            since=since,
            due_at=since + owed.within,
            source=owed.source,
            cause=event.name,
        )


def duties(facts: Facts) -> tuple[Duty, ...]:
    """Every duty of a journey, oldest first, the fulfilled ones too."""
    done = {event.duty: row for row, event in facts.all(DutyFulfilled)}
    return tuple(
        Duty(
            name=duty.name,
            title=duty.title,
            owner=duty.owner,
            since=duty.since,
            due_at=duty.due_at,
            source=duty.source,
            cause=duty.cause,
            fulfilled=done.get(duty.name),
        )
        for row in facts.history
        if type(row.event) in DUTIES
        for duty in opened_by(row)
    )


def open_duties(facts: Facts) -> tuple[Duty, ...]:
    """What is still owed, the earliest deadline first."""
    return tuple(sorted((one for one in duties(facts) if one.open), key=lambda one: one.due_at))


def duty_named(facts: Facts, name: str) -> Duty | None:
    """The duty of that name, if the journey has it."""
    return next((duty for duty in duties(facts) if duty.name == name), None)


def announced(facts: Facts) -> frozenset[str]:
    """Duties that were already called overdue."""
    return frozenset(event.duty for _, event in facts.all(DutyOverdue))
