"""Manufacture, tests and release: what each event changes in the state tables."""

from collections.abc import Iterator
from typing import Any

from atmpflow.events import collection, manufacture
from atmpflow.journey import Facts, Recorded
from atmpflow.message import Event
from models.batch import Batch
from models.changes import Change, Insert, Update
from models.handover import all_in_state, give_up, in_state, new_unit, take
from models.projections.common import Projection
from models.projections.recall import lots_used
from models.projections.remaking import left_material


def _batch(facts: Facts) -> dict[str, Any]:
    opened = facts.last(manufacture.BatchOpened)
    return {"batch": opened.batch if opened else None}


def _opened(event: manufacture.BatchOpened, row: Recorded, facts: Facts) -> Iterator[Change]:
    values = {"batch": event.batch, "journey_id": facts.journey, "opened_at": row.occurred_at}
    yield Insert(Batch, values)


def _started(
    event: manufacture.ManufactureStarted, row: Recorded, facts: Facts
) -> Iterator[Change]:
    yield Update(Batch, _batch(facts), {"started_at": row.occurred_at})
    yield in_state(event.scanned_unit, "used")
    yield give_up(event.scanned_unit, row)
    yield from lots_used(event, row, facts)


def _made(event: manufacture.ManufactureCompleted, row: Recorded, facts: Facts) -> Iterator[Change]:
    yield Update(Batch, _batch(facts), {"completed_at": row.occurred_at, "made_by": row.actor.id})
    yield from lots_used(event, row, facts)
    collected = facts.last(collection.CollectionCompleted)
    for unit in event.units:
        yield new_unit(
            unit,
            row,
            facts,
            kind="product",
            parent=collected.unit if collected else None,
            state="made",
            expires_at=event.expires_at,
            **_batch(facts),
        )
        yield take(unit, facts.product.holder, row, facts.journey)


def _tested(event: Event, row: Recorded, facts: Facts) -> Iterator[Change]:
    yield Update(Batch, _batch(facts), {"checked_by": row.actor.id})


def _passed(event: Event, row: Recorded, facts: Facts) -> Iterator[Change]:
    right = isinstance(event, manufacture.QualityPassed)
    # Whoever had evaluated or asked for the results before has not seen these.
    said = dict.fromkeys(("evaluation", "evaluated_by", "request", "requested_by"))
    yield Update(Batch, _batch(facts), {"in_specification": right, **said})


def _certified(event: manufacture.BatchCertified, row: Recorded, facts: Facts) -> Iterator[Change]:
    values = {"certified_at": row.occurred_at, "certified_by": row.actor.id}
    yield Update(Batch, _batch(facts), {**values, "certificate": event.certificate})
    yield from all_in_state(facts, "released")


def _rejected(event: manufacture.BatchRejected, row: Recorded, facts: Facts) -> Iterator[Change]:
    yield Update(Batch, _batch(facts), {"rejected_at": row.occurred_at})
    yield from all_in_state(facts, "rejected")
    collected = facts.last(collection.CollectionCompleted)
    if event.material_left and collected:
        yield from left_material(collected.unit, facts)


PROJECTIONS: dict[type[Event], Projection] = {
    manufacture.BatchOpened: _opened,
    manufacture.ManufactureStarted: _started,
    manufacture.ManufactureCompleted: _made,
    manufacture.QualityResultsRecorded: _tested,
    manufacture.QualityPassed: _passed,
    manufacture.QualityOutOfSpecification: _passed,
    manufacture.BatchCertified: _certified,
    manufacture.BatchRejected: _rejected,
}
