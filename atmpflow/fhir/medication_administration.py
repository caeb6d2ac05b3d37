"""MedicationAdministration: each dose that was given, of which batch and bag, by whom."""

from collections.abc import Iterator

from atmpflow.events.administration import DoseAdministered
from atmpflow.fhir import medication
from atmpflow.fhir.elements import Element, account, concept, millilitres, period, role
from atmpflow.fhir.telling import Telling, Told
from atmpflow.fhir.units import units
from atmpflow.journey import Recorded
from atmpflow.people import Actor, Role

KIND = "MedicationAdministration"


def tell(telling: Telling) -> Iterator[Told]:
    """Every dose."""
    every = units(telling)
    product = telling.facts.product
    for row, event in telling.ever(DoseAdministered):
        unit = every.get(event.scanned_unit)
        given: Element = {"medicationCodeableConcept": concept(product.name)}
        if unit and not unit.material:
            given = {
                "medicationReference": medication.of(telling, unit),
                "supportingInformation": [telling.to("BiologicallyDerivedProduct", unit.number)],
            }
        elements = {
            "status": "completed",
            **given,
            "subject": telling.patient,
            "effectivePeriod": period(event.started_at, event.ended_at),
            "performer": _performers(row, event),
            "dosage": {
                "text": f"dose {event.dose} of {len(product.dose.days)}",
                "dose": millilitres(event.volume_ml),
            },
        }
        yield telling.made(KIND, (row.seq,), elements, row)


def _performers(row: Recorded, event: DoseAdministered) -> list[Element]:
    """Who gave it, and the two who checked, each alone."""
    checkers = ((event.first_checker, "first checker"), (event.second_checker, "second checker"))
    return [
        {"function": role(row.actor), "actor": account(row.actor)},
        *(
            {"function": concept(words), "actor": account(Actor(one, Role.CHECKER))}
            for one, words in checkers
        ),
    ]
