"""Labels: what each event changes in the state tables."""

from collections.abc import Iterator

from atmpflow.events.identity import UnitRelabelled
from atmpflow.journey import Facts, Recorded
from atmpflow.message import Event
from models.changes import Change, Insert
from models.material import UnitLabel
from models.projections.common import Projection


def _relabelled(event: UnitRelabelled, row: Recorded, facts: Facts) -> Iterator[Change]:
    values = event.model_dump(include={"unit", "version", "label", "old_label", "reason"})
    people = {"first_person": event.first, "second_person": event.second}
    when = {"journey_id": facts.journey, "applied_at": row.occurred_at}
    yield Insert(UnitLabel, {**values, **people, **when})


PROJECTIONS: dict[type[Event], Projection] = {UnitRelabelled: _relabelled}
