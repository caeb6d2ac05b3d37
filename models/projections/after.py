"""Monitoring, follow-up and withdrawal: what each event changes in the state tables."""

from collections.abc import Iterator

from atmpflow.events import after
from atmpflow.journey import Facts, Recorded
from atmpflow.message import Event
from models.administration import Visit
from models.changes import Change, Insert, Update
from models.projections.common import Projection, free_slots, put_aside


def _visits(event: after.FollowUpPlanned, row: Recorded, facts: Facts) -> Iterator[Change]:
    for visit in event.visits:
        yield Insert(Visit, {"journey_id": facts.journey, **visit.model_dump()})


def _visited(event: after.FollowUpRecorded, row: Recorded, facts: Facts) -> Iterator[Change]:
    key = {"journey_id": facts.journey, "day": event.day}
    yield Update(Visit, key, {"recorded_at": row.occurred_at})


def _over(
    event: after.JourneyWithdrawn | after.PatientDied, row: Recorded, facts: Facts
) -> Iterator[Change]:
    yield from free_slots(row, facts)
    yield from put_aside(event)


PROJECTIONS: dict[type[Event], Projection] = {
    after.FollowUpPlanned: _visits,
    after.FollowUpRecorded: _visited,
    after.JourneyWithdrawn: _over,
    after.PatientDied: _over,
}
