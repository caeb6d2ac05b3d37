"""Collection of the starting material: what follows from each command."""

from datetime import datetime

from atmpflow.codes.isbt128 import check as check_din
from atmpflow.commands import collection as ask
from atmpflow.decisions.guard import objections, require, require_right
from atmpflow.decisions.mismatch import mismatched
from atmpflow.errors import Refused
from atmpflow.events import collection as fact
from atmpflow.events.admission import ScreeningRecorded
from atmpflow.journey import Facts
from atmpflow.message import Event, event_of
from atmpflow.products.spec import StartingMaterial
from atmpflow.rules.attempts import judge_collecting
from atmpflow.rules.consent import in_force
from atmpflow.rules.eligibility import judge_virology
from atmpflow.rules.material import judge_collection, material_expires


def _need(facts: Facts) -> StartingMaterial:
    need = facts.product.starting_material
    if need is None:
        raise Refused(
            "out-of-order",
            "",
            "Nothing is collected for this product.",
            "Look at what the journey waits for.",
        )
    return need


def record_collection(command: ask.RecordCollection, facts: Facts, now: datetime) -> list[Event]:
    if stopped := mismatched(command, facts, "collection"):
        return stopped
    require_right(
        "collection" in in_force(facts),
        "consent-withdrawn",
        "",
        "The patient does not agree to the collection.",
        "Collect nothing; record renew-consent if the patient agrees anew.",
    )
    require_right(
        command.started_at < command.ended_at <= command.occurred_at,
        "date-impossible",
        "ended_at",
        "The collection must start before it ends and end before it is recorded.",
        "Give start and end of the collection.",
    )
    screening = facts.last(ScreeningRecorded)
    require(
        judge_virology(
            facts.product, screening.virology_taken_at if screening else None, command.started_at
        ),
        code="virology-too-old",
        field="started_at",
        remedy="Test again and record screening with the new sample before collecting.",
    )
    require(
        judge_collecting(facts),
        code="collection-not-now",
        field="",
        remedy="Record screening again; when the attempts are used up: give-up-supply.",
    )
    unit = check_din(command.unit, "unit")
    expires = material_expires(_need(facts), command.ended_at)
    return [event_of(fact.CollectionCompleted, command, unit=unit, expires_at=expires)]


def record_cell_count(command: ask.RecordCellCount, facts: Facts, now: datetime) -> list[Event]:
    return [event_of(fact.MaterialTested, command)]


def assess_collection(command: ask.AssessCollection, facts: Facts, now: datetime) -> list[Event]:
    tested = facts.last(fact.MaterialTested)
    if tested is None:
        raise Refused("out-of-order", "", "No count is recorded.", "Record the cell count first.")
    judged = judge_collection(_need(facts), count=tested.count, viability_pct=tested.viability_pct)
    if judged.allowed:
        return [fact.MaterialAccepted()]
    return [fact.CollectionShort(objections=objections(judged))]
