"""ResearchSubject: how far a patient is in a trial."""

from collections.abc import Iterator

from atmpflow.events.administration import DoseAdministered
from atmpflow.events.admission import (
    EligibilityConfirmed,
    EligibilityDeclined,
    ReferralAccepted,
)
from atmpflow.events.after import MonitoringCompleted
from atmpflow.fhir.elements import period
from atmpflow.fhir.telling import Telling, Told
from atmpflow.journey import Facts

ENDED = {
    "not-eligible": "ineligible",
    "not-approved": "ineligible",
    "withdrawn": "withdrawn",
    "follow-up-withdrawn": "withdrawn",
}
"""How a journey ended, as the subject's status; every other end is `off-study`."""

REACHED = (
    (MonitoringCompleted, "follow-up"),
    (DoseAdministered, "on-study-observation"),
    (EligibilityConfirmed, "on-study"),
    (EligibilityDeclined, "ineligible"),
    (ReferralAccepted, "screening"),
)
"""What has happened, as the subject's status; the first that fits."""


def tell(telling: Telling) -> Iterator[Told]:
    """The patient in the trial; nothing for a journey outside trials."""
    facts = telling.facts
    if not facts.referral.trial:
        return
    elements = {
        "status": _status(facts),
        "period": period(facts.history[0].occurred_at, facts.ended_at),
        "study": telling.to("ResearchStudy"),
        "individual": telling.patient,
    }
    yield telling.made("ResearchSubject", (), elements, facts.history[0])


def _status(facts: Facts) -> str:
    if facts.ended:
        return ENDED.get(facts.ended, "off-study")
    return next((status for kind, status in REACHED if facts.ever(kind)), "candidate")
