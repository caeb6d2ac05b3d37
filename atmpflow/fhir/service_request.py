"""ServiceRequest: the referral."""

from collections.abc import Iterator

from atmpflow.fhir import systems
from atmpflow.fhir.elements import Element, coding, concept, identifier, moment
from atmpflow.fhir.organization import named
from atmpflow.fhir.telling import Telling, Told

ENDED = {"completed": "completed"}
"""How a journey ended, as the request's status; every other end revokes it."""


def tell(telling: Telling) -> Iterator[Told]:
    """What was asked for, of whom, for whom."""
    facts, referral = telling.facts, telling.facts.referral
    status = ENDED.get(facts.ended, "revoked") if facts.ended else "active"
    if facts.ended is None and facts.hold is not None:
        status = "on-hold"
    elements = {
        "identifier": _numbers(telling),
        "status": status,
        "intent": "order",
        "priority": referral.urgency,
        "code": concept(facts.product.name, coding(systems.PRODUCT, referral.product)),
        "subject": telling.patient,
        "authoredOn": moment(facts.history[0].occurred_at),
        "requester": named(referral.referring_organisation),
        "performer": [named(referral.treating_centre)],
        "reasonCode": _reasons(referral.indication),
        "supportingInfo": [telling.to("ResearchStudy")] if referral.trial else None,
    }
    yield telling.made("ServiceRequest", (), elements, facts.history[0])


def _numbers(telling: Telling) -> list[Element]:
    """The journey's own id; the referrer's number may lead to a person, so only with a name."""
    facts = telling.facts
    ours = identifier(systems.URI, f"urn:uuid:{facts.journey}")
    if telling.identity is None:
        return [ours]
    return [ours, identifier(None, facts.referral.source_reference, "official")]


def _reasons(code: str | None) -> list[Element]:
    """The indication, as the referrer coded it."""
    if code is None:
        return []
    system = systems.SNOMED if code.isdigit() else systems.ICD_10
    return [{"coding": [coding(system, code)]}]
