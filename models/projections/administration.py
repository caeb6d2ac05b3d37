"""Administration: what each event changes in the state tables."""

from collections.abc import Iterator

from atmpflow.events import administration
from atmpflow.journey import Facts, Recorded
from atmpflow.message import Event
from models.administration import Administration, IdentityCheck
from models.changes import Change, Insert
from models.handover import give_up, in_state
from models.projections.common import Projection


def _checked(
    event: administration.IdentityChecked | administration.IdentityMismatched,
    row: Recorded,
    facts: Facts,
) -> Iterator[Change]:
    yield Insert(
        IdentityCheck,
        {
            "journey_id": facts.journey,
            "seq": row.seq,
            "dose": event.dose,
            "phase": event.phase,
            "checker": event.checker,
            "scanned_unit": event.scanned_unit,
            "matches": isinstance(event, administration.IdentityChecked),
            "checked_at": row.occurred_at,
        },
    )


def _prepared(
    event: administration.ProductThawed | administration.DosePrepared,
    row: Recorded,
    facts: Facts,
) -> Iterator[Change]:
    yield in_state(event.scanned_unit, "prepared")


def _given(event: administration.DoseAdministered, row: Recorded, facts: Facts) -> Iterator[Change]:
    values = event.model_dump(exclude={"scanned_unit", "scanned_coi", "scanned_patient"})
    yield Insert(
        Administration,
        {
            "journey_id": facts.journey,
            "unit": event.scanned_unit,
            "given_by": row.actor.id,
            **values,
        },
    )
    yield in_state(event.scanned_unit, "given")
    yield give_up(event.scanned_unit, row)


PROJECTIONS: dict[type[Event], Projection] = {
    administration.IdentityChecked: _checked,
    administration.IdentityMismatched: _checked,
    administration.ProductThawed: _prepared,
    administration.DosePrepared: _prepared,
    administration.DoseAdministered: _given,
}
