"""Consent: one for each scope, because each may be taken back on its own."""

from collections.abc import Iterator

from atmpflow.events.admission import ConsentGiven, Scope
from atmpflow.events.consent import ConsentRenewed, ConsentWithdrawn
from atmpflow.fhir import systems
from atmpflow.fhir.elements import coding, concept, extension, moment, period
from atmpflow.fhir.organization import named
from atmpflow.fhir.telling import Telling, Told
from atmpflow.journey import Recorded

SCOPES: dict[Scope, str] = {
    "collection": "treatment",
    "treatment": "treatment",
    "data": "patient-privacy",
    "follow-up": "treatment",
}
"""Our scopes as those of FHIR."""

CATEGORY = concept("Consent", coding(systems.LOINC, "59284-0"))


def tell(telling: Telling) -> Iterator[Told]:
    """Every form that was signed, scope by scope, with when each was taken back or replaced."""
    for row, event in telling.ever(ConsentGiven):
        for scope in dict.fromkeys(event.scopes):
            yield _one(telling, row, event, scope)


def _one(telling: Telling, row: Recorded, event: ConsentGiven, scope: Scope) -> Told:
    ended = _ended(telling, row, scope)
    elements = {
        "extension": [extension("unused-cells", valueCode=event.unused_cells)],
        "status": "inactive" if ended else "active",
        "scope": {"coding": [coding(systems.CONSENT_SCOPE, SCOPES[scope])]},
        "category": [CATEGORY],
        "patient": telling.patient,
        "dateTime": moment(row.occurred_at),
        "organization": [named(telling.facts.referral.treating_centre)],
        # ppc-1 of R4 wants a policy: it is the form that was signed.
        "policyRule": {"text": event.form_version},
        "provision": {
            "type": "permit",
            "period": period(row.occurred_at, ended and ended.occurred_at),
            "code": [concept(scope, coding(systems.SCOPE, scope))],
        },
    }
    return telling.made("Consent", (row.seq, scope), elements, row, *((ended,) if ended else ()))


def _ended(telling: Telling, row: Recorded, scope: Scope) -> Recorded | None:
    """What ended it: the patient's no, or a new form, which replaces the one before."""
    for later in telling.facts.history:
        event = later.event
        if later.seq <= row.seq:
            continue
        if isinstance(event, ConsentWithdrawn) and scope in event.scopes:
            return later
        renewed = isinstance(event, ConsentRenewed)
        if isinstance(event, ConsentGiven) and (not renewed or scope in event.scopes):
            return later
    return None
