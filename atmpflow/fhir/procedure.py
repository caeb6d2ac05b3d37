"""Procedure: collection, conditioning and administration, as they were done or not done."""

from collections.abc import Iterator

from atmpflow.events.administration import (
    ConditioningCompleted,
    ConditioningStarted,
    DoseAdministered,
)
from atmpflow.events.collection import CollectionCompleted
from atmpflow.events.recovery import CollectionFailed
from atmpflow.fhir.elements import Element, account, concept, moment, period, role
from atmpflow.fhir.telling import Telling, Told
from atmpflow.journey import Recorded


def tell(telling: Telling) -> Iterator[Told]:
    """Every procedure of every attempt."""
    yield from _collections(telling)
    yield from _failures(telling)
    yield from _conditionings(telling)
    yield from _administrations(telling)


def _performed(row: Recorded) -> list[Element]:
    return [{"function": role(row.actor), "actor": account(row.actor)}]


def _kind(telling: Telling) -> str:
    material = telling.facts.product.starting_material
    return material.kind if material else "collection"


def _collections(telling: Telling) -> Iterator[Told]:
    for row, event in telling.ever(CollectionCompleted):
        elements = {
            "basedOn": [telling.request],
            "status": "completed",
            "category": concept("collection"),
            "code": concept(_kind(telling)),
            "subject": telling.patient,
            "performedPeriod": period(event.started_at, event.ended_at),
            "performer": _performed(row),
        }
        yield telling.made("Procedure", ("collection", row.seq), elements, row)


def _failures(telling: Telling) -> Iterator[Told]:
    for row, event in telling.ever(CollectionFailed):
        elements = {
            "basedOn": [telling.request],
            "status": "not-done",
            "statusReason": concept(event.reason),
            "category": concept("collection"),
            "code": concept(_kind(telling)),
            "subject": telling.patient,
            "performedDateTime": moment(row.occurred_at),
            "performer": _performed(row),
        }
        yield telling.made("Procedure", ("collection", row.seq), elements, row)


def _conditionings(telling: Telling) -> Iterator[Told]:
    for row, event in telling.ever(ConditioningStarted):
        done = telling.follows(row, ConditioningCompleted)
        left = "stopped" if telling.facts.ended or not telling.counts(row) else "in-progress"
        elements = {
            "basedOn": [telling.request],
            "status": "completed" if done else left,
            "category": concept("conditioning"),
            "code": concept(event.regimen),
            "subject": telling.patient,
            "performedPeriod": period(row.occurred_at, done and done.occurred_at),
            "performer": _performed(row),
        }
        rows = (row, done) if done else (row,)
        yield telling.made("Procedure", ("conditioning", row.seq), elements, *rows)


def _administrations(telling: Telling) -> Iterator[Told]:
    for row, event in telling.ever(DoseAdministered):
        elements = {
            "basedOn": [telling.request],
            "partOf": [telling.to("MedicationAdministration", row.seq)],
            "status": "completed",
            "category": concept("administration"),
            "code": concept(f"{telling.facts.product.name}, dose {event.dose}"),
            "subject": telling.patient,
            "performedPeriod": period(event.started_at, event.ended_at),
            "performer": _performed(row),
        }
        yield telling.made("Procedure", ("administration", row.seq), elements, row)
