"""AdverseEvent: each reported case as it stands now, and each toxicity that was graded."""

from collections.abc import Iterator

from atmpflow.events.administration import DoseAdministered
from atmpflow.events.after import ToxicityGraded
from atmpflow.events.harm import AdverseEventFollowedUp, AdverseEventReported, Case
from atmpflow.fhir import systems
from atmpflow.fhir.elements import Element, coding, concept, identifier, moment
from atmpflow.fhir.telling import Telling, Told
from atmpflow.journey import Recorded

KIND = "AdverseEvent"
SERIOUSNESS = {
    "not-serious": "Non-serious",
    "serious": "Serious",
    "life-threatening": "SeriousIsLifeThreatening",
    "fatal": "SeriousResultsInDeath",
}
"""Our severities as codes of FHIR's adverse-event-seriousness."""


def tell(telling: Telling) -> Iterator[Told]:
    """Reported cases first, then gradings that found something."""
    for case, rows in _cases(telling).items():
        yield _case(telling, case, rows)
    for row, event in telling.ever(ToxicityGraded):
        if event.crs or event.icans:
            yield _toxicity(telling, row, event)


def _cases(telling: Telling) -> dict[str, list[tuple[Recorded, Case]]]:
    found: dict[str, list[tuple[Recorded, Case]]] = {}
    for row in telling.facts.history:
        if isinstance(row.event, AdverseEventReported | AdverseEventFollowedUp):
            found.setdefault(row.event.case, []).append((row, row.event))
    return found


def _case(telling: Telling, number: str, rows: list[tuple[Recorded, Case]]) -> Told:
    (first, _), (_, event) = rows[0], rows[-1]
    elements = {
        "identifier": identifier(f"{systems.ATMPFLOW}case", number),
        "actuality": "actual",
        "event": {"coding": [coding(systems.MEDDRA, event.term)]},
        "subject": telling.patient,
        "date": moment(event.onset_at),
        "detected": moment(event.aware_at),
        "recordedDate": moment(telling.recorded_at(first)),
        "seriousness": {"coding": [coding(systems.SERIOUSNESS, SERIOUSNESS[event.severity])]},
        "suspectEntity": _suspects(telling) if event.related else None,
        "study": _study(telling),
    }
    return telling.made(KIND, ("case", number), elements, *(row for row, _ in rows))


def _toxicity(telling: Telling, row: Recorded, event: ToxicityGraded) -> Told:
    crs = f"cytokine release syndrome grade {event.crs}" if event.crs else ""
    icans = f"ICANS grade {event.icans}" if event.icans else ""
    found = " and ".join(filter(None, (crs, icans)))
    elements = {
        "actuality": "actual",
        "event": concept(f"{found} (ASTCT 2019)"),
        "subject": telling.patient,
        "date": moment(row.occurred_at),
        "detected": moment(row.occurred_at),
        "recordedDate": moment(telling.recorded_at(row)),
        "suspectEntity": _suspects(telling),
        "study": _study(telling),
    }
    return telling.made(KIND, ("toxicity", row.seq), elements, row)


def _suspects(telling: Telling) -> list[Element]:
    """The doses that were given; the product is what is suspected."""
    given = telling.ever(DoseAdministered)
    return [{"instance": telling.to("MedicationAdministration", row.seq)} for row, _ in given]


def _study(telling: Telling) -> list[Element] | None:
    return [telling.to("ResearchStudy")] if telling.facts.referral.trial else None
