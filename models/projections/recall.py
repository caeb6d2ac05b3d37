"""Recalls and the lots they are of: what each event changes in the state tables."""

from collections.abc import Iterator

from atmpflow.events.manufacture import BatchOpened, Ingredients
from atmpflow.events.recall import RecallReached
from atmpflow.journey import Facts, Recorded
from atmpflow.message import Event
from models.changes import Change, Insert
from models.projections.common import Projection
from models.recall import MaterialLot, RecallNotice


def lots_used(event: Ingredients, row: Recorded, facts: Facts) -> Iterator[Change]:
    """Which lots went into the present batch; each once, though two bottles of it were scanned."""
    opened = facts.last(BatchOpened)
    for one in dict.fromkeys(event.lots):
        place = {"journey_id": facts.journey, "seq": row.seq, "kind": one.kind, "lot": one.lot}
        batch = {"batch": opened.batch if opened else None, "recorded_at": row.occurred_at}
        yield Insert(MaterialLot, {**place, **batch})


def _reached(event: RecallReached, row: Recorded, facts: Facts) -> Iterator[Change]:
    place = {"journey_id": facts.journey, "recall_id": event.recall, "seq": row.seq}
    yield Insert(RecallNotice, {**place, "given": event.given, "told_at": row.occurred_at})


PROJECTIONS: dict[type[Event], Projection] = {RecallReached: _reached}
