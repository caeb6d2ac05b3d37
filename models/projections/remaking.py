"""Failed batches, exceptions and damage: what each event changes in the state tables."""

from collections.abc import Iterator
from typing import Any

from atmpflow.events import damage, exception, remaking
from atmpflow.events.collection import CollectionCompleted
from atmpflow.events.manufacture import BatchOpened, ManufactureStarted
from atmpflow.journey import Facts, Recorded
from atmpflow.message import Event
from models.batch import Batch
from models.changes import Change, Update
from models.handover import give_up, in_state
from models.material import Custody, Unit
from models.projections.common import Projection, free_slots, put_aside


def left_material(unit: str, facts: Facts) -> Iterator[Change]:
    """Not all of a unit was used up: whoever began with it has held the rest all along."""
    started = [
        row.occurred_at for row, one in facts.ever(ManufactureStarted) if one.scanned_unit == unit
    ]
    yield in_state(unit, "left")
    if started:
        yield Update(Custody, {"unit": unit, "ends_at": started[-1]}, {"ends_at": None})


def _batch(facts: Facts) -> dict[str, Any]:
    opened = facts.last(BatchOpened)
    return {"batch": opened.batch if opened else None}


def _failed(event: remaking.ManufactureFailed, row: Recorded, facts: Facts) -> Iterator[Change]:
    yield Update(Batch, _batch(facts), {"rejected_at": row.occurred_at})
    collected = facts.last(CollectionCompleted)
    if event.material_left and collected:
        yield from left_material(collected.unit, facts)


def _remade(event: remaking.RemakeOrdered, row: Recorded, facts: Facts) -> Iterator[Change]:
    key = {"batch": event.batch, "rejected_at": None}
    yield Update(Batch, key, {"rejected_at": row.occurred_at})
    for unit in event.units:
        yield in_state(unit, "written-off")
        yield give_up(unit, row)
    yield from left_material(event.material, facts)
    yield Update(Unit, {"unit": event.material}, {"expires_at": event.material_expires_at})


def _given_up(
    event: remaking.ManufactureGivenUp | damage.ProductGivenUp, row: Recorded, facts: Facts
) -> Iterator[Change]:
    yield from put_aside(event)
    yield from free_slots(row, facts)


def _evaluated(event: exception.RiskEvaluated, row: Recorded, facts: Facts) -> Iterator[Change]:
    said = {"evaluation": event.document, "evaluated_by": row.actor.id}
    yield Update(Batch, _batch(facts), said)


def _requested(
    event: exception.OosProductRequested, row: Recorded, facts: Facts
) -> Iterator[Change]:
    said = {"request": event.document, "requested_by": row.actor.id}
    yield Update(Batch, _batch(facts), said)


def _damaged(event: damage.ProductDamaged, row: Recorded, facts: Facts) -> Iterator[Change]:
    yield in_state(event.scanned_unit, "damaged")
    yield give_up(event.scanned_unit, row)


PROJECTIONS: dict[type[Event], Projection] = {
    remaking.ManufactureFailed: _failed,
    remaking.RemakeOrdered: _remade,
    remaking.ManufactureGivenUp: _given_up,
    exception.RiskEvaluated: _evaluated,
    exception.OosProductRequested: _requested,
    damage.ProductDamaged: _damaged,
    damage.ProductGivenUp: _given_up,
}
