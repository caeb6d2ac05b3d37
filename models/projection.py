"""From events to rows: the state tables are what this says of the ledger, row for row."""

from collections.abc import Iterator

from atmpflow.duties import opened_by
from atmpflow.journey import Facts, Recorded
from atmpflow.message import Event
from models.changes import Change
from models.projections import (
    administration,
    admission,
    after,
    collection,
    consent,
    duties,
    identity,
    manufacture,
    recall,
    recovery,
    remaking,
    shipment,
)
from models.projections.common import Projection

_ROOMS = (
    admission,
    collection,
    shipment,
    manufacture,
    administration,
    after,
    duties,
    identity,
    consent,
    recall,
    recovery,
    remaking,
)

PROJECTIONS: dict[type[Event], Projection] = {
    kind: projection for room in _ROOMS for kind, projection in room.PROJECTIONS.items()
}
"""Events that change a state table besides the journey's own row."""


def changes(row: Recorded, facts: Facts) -> Iterator[Change]:
    """What one event changes; `facts` include the event."""
    projection = PROJECTIONS.get(type(row.event))
    if projection:
        yield from projection(row.event, row, facts)
    for duty in opened_by(row):
        yield duties.new_duty(duty, row, facts)
