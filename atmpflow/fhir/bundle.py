"""Bundle: a whole journey, every resource once, every reference answered inside it."""

from collections.abc import Callable, Iterable, Iterator

from atmpflow.fhir import (
    adverse_event,
    appointment,
    audit_event,
    biologically_derived_product,
    care_plan,
    consent,
    medication,
    medication_administration,
    organization,
    patient,
    procedure,
    provenance,
    research_study,
    research_subject,
    service_request,
    specimen,
    supply_delivery,
    systems,
    task,
)
from atmpflow.fhir.elements import Element, identifier, moment
from atmpflow.fhir.telling import Telling, Told

TELLERS: tuple[Callable[[Telling], Iterator[Told]], ...] = (
    patient.tell,
    organization.tell,
    service_request.tell,
    research_study.tell,
    research_subject.tell,
    consent.tell,
    appointment.tell,
    procedure.tell,
    specimen.tell,
    biologically_derived_product.tell,
    medication.tell,
    supply_delivery.tell,
    medication_administration.tell,
    adverse_event.tell,
    care_plan.tell,
    task.tell,
)
"""What is told, in the order of the Bundle; where it comes from follows."""


def bundle(telling: Telling) -> Element:
    """The journey as a FHIR R4 Bundle of type collection; the same facts give the same Bundle."""
    told = [one for tell in TELLERS for one in tell(telling)]
    told += [*provenance.tell(telling, told), *audit_event.tell(telling)]
    facts = telling.facts
    name = "identified" if telling.identity else "pseudonymised"
    return {
        "resourceType": "Bundle",
        "id": telling.id("Bundle", name),
        "meta": {"security": [patient.security(identified=telling.identity is not None)]},
        "identifier": identifier(systems.URI, f"urn:uuid:{facts.journey}"),
        "type": "collection",
        "timestamp": moment(max(telling.recorded_at(row) for row in facts.history)),
        "entry": _entries(told),
    }


def _entries(told: Iterable[Told]) -> list[Element]:
    return [{"fullUrl": f"urn:uuid:{one.resource['id']}", "resource": one.resource} for one in told]
