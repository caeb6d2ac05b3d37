"""Collection: what each event changes in the state tables."""

from collections.abc import Iterator

from atmpflow.events import collection
from atmpflow.journey import Facts, Recorded
from atmpflow.message import Event
from atmpflow.rules.supply import units_in_transit
from models.changes import Change
from models.handover import all_in_state, give_up, in_state, new_unit, take
from models.projections.common import Projection


def _collected(
    event: collection.CollectionCompleted, row: Recorded, facts: Facts
) -> Iterator[Change]:
    yield new_unit(
        event.unit, row, facts, kind="material", state="collected", expires_at=event.expires_at
    )
    yield take(event.unit, facts.referral.treating_centre, row, facts.journey)


def _sufficient(event: Event, row: Recorded, facts: Facts) -> Iterator[Change]:
    yield from all_in_state(facts, "accepted")


def _insufficient(event: Event, row: Recorded, facts: Facts) -> Iterator[Change]:
    for unit in units_in_transit(facts):
        yield in_state(unit, "insufficient")
        yield give_up(unit, row)


PROJECTIONS: dict[type[Event], Projection] = {
    collection.CollectionCompleted: _collected,
    collection.MaterialAccepted: _sufficient,
    collection.CollectionShort: _insufficient,
}
