"""Consent: what taking it back or giving it anew changes in the state tables."""

from collections.abc import Iterator

from atmpflow.events.consent import ConsentRenewed, ConsentWithdrawn, TreatmentStopped
from atmpflow.journey import Facts, Recorded
from atmpflow.message import Event
from models.administration import Consent
from models.changes import Change, Put, Update
from models.projections.common import Projection, put_aside


def _withdrawn(event: ConsentWithdrawn, row: Recorded, facts: Facts) -> Iterator[Change]:
    for scope in event.scopes:
        key = {"journey_id": facts.journey, "scope": scope, "withdrawn_at": None}
        yield Update(Consent, key, {"withdrawn_at": row.occurred_at})


def _renewed(event: ConsentRenewed, row: Recorded, facts: Facts) -> Iterator[Change]:
    for scope in event.scopes:
        key = {"journey_id": facts.journey, "scope": scope}
        yield Put(Consent, key, {"given_at": row.occurred_at, "withdrawn_at": None})


def _stopped(event: TreatmentStopped, row: Recorded, facts: Facts) -> Iterator[Change]:
    yield from put_aside(event)


PROJECTIONS: dict[type[Event], Projection] = {
    ConsentWithdrawn: _withdrawn,
    ConsentRenewed: _renewed,
    TreatmentStopped: _stopped,
}
