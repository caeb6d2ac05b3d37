"""From referral to slots: what each event changes in the state tables."""

from collections.abc import Iterator

from atmpflow.events import admission
from atmpflow.journey import Facts, Recorded
from atmpflow.message import Event
from models.administration import Consent
from models.changes import Change, Insert, Put, Update
from models.handover import new_unit, take
from models.projections.common import Projection
from models.scheduling import SlotBooking


def _consent(event: admission.ConsentGiven, row: Recorded, facts: Facts) -> Iterator[Change]:
    # A new form replaces the old one: what it no longer names is no longer agreed to.
    held = {"journey_id": facts.journey, "withdrawn_at": None}
    yield Update(Consent, held, {"withdrawn_at": row.occurred_at})
    for scope in event.scopes:
        key = {"journey_id": facts.journey, "scope": scope}
        yield Put(Consent, key, {"given_at": row.occurred_at, "withdrawn_at": None})


def _slots(event: admission.SlotsBooked, row: Recorded, facts: Facts) -> Iterator[Change]:
    for slot in event.slots:
        yield Insert(
            SlotBooking, {"journey_id": facts.journey, "seq": row.seq, **slot.model_dump()}
        )


def _supplied(
    event: admission.OrderConfirmed | admission.UnitAllocated, row: Recorded, facts: Facts
) -> Iterator[Change]:
    for unit in event.units:
        yield new_unit(
            unit,
            row,
            facts,
            kind="product",
            batch=event.batch,
            state="released",
            expires_at=event.expires_at,
        )
        yield take(unit, facts.product.holder, row, facts.journey)


PROJECTIONS: dict[type[Event], Projection] = {
    admission.ConsentGiven: _consent,
    admission.SlotsBooked: _slots,
    admission.OrderConfirmed: _supplied,
    admission.UnitAllocated: _supplied,
}
