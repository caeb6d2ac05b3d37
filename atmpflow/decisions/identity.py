"""Labels that are not this journey's, and labels that are replaced: what follows."""

from datetime import datetime

from atmpflow.commands import identity as ask
from atmpflow.decisions.guard import require_right, require_same
from atmpflow.events import identity as fact
from atmpflow.events.administration import DoseAdministered, PreparationIdentityConfirmed
from atmpflow.journey import Facts
from atmpflow.message import Event, event_of
from atmpflow.people import Actor
from atmpflow.rules.labels import label_version, pending_label, units_of


def implicate_journey(command: ask.ImplicateJourney, facts: Facts, now: datetime) -> list[Event]:
    told = {(event.scanned_in, event.seq) for _, event in facts.all(fact.JourneyImplicated)}
    if (command.scanned_in, command.seq) in told:
        return []
    return [event_of(fact.JourneyImplicated, command)]


def relabel_unit(
    command: ask.RelabelUnit, facts: Facts, now: datetime, actor: Actor
) -> list[Event]:
    _require_relabelling(command, facts)
    pending = pending_label(facts, command.unit)
    if pending is None or not _same_label(pending, command):
        return [event_of(fact.RelabelProposed, command, person=actor.id)]
    require_right(
        pending.person != actor.id,
        "relabel-not-independent",
        "actor",
        "The same person has already put this label on.",
        "A second person must read the new label and ask the same.",
    )
    version = label_version(facts, command.unit) + 1
    people = {"first": pending.person, "second": actor.id}
    return [event_of(fact.UnitRelabelled, command, version=version, **people)]


def _same_label(pending: fact.RelabelProposed, command: ask.RelabelUnit) -> bool:
    fields = fact.Relabelled.model_fields
    return all(getattr(pending, field) == getattr(command, field) for field in fields)


def _require_relabelling(command: ask.RelabelUnit, facts: Facts) -> None:
    require_right(
        command.unit in units_of(facts),
        "unit-unknown",
        "unit",
        "This journey has no such unit, or it was given.",
        "Look at the journey; a label of another journey is not put on its units.",
    )
    require_same(
        command.scanned_coi,
        facts.coi,
        code="coi-mismatch",
        field="scanned_coi",
        what="chain-of-identity id",
    )
    require_right(
        not facts.since_last(PreparationIdentityConfirmed, DoseAdministered),
        "relabel-too-late",
        "unit",
        "Two people have already checked the old label for this dose.",
        "A unit whose label fails after the checks is not given: report it as lost.",
    )
