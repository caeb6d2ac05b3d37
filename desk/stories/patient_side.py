"""Stories of the patient: identity, consent, fitness, death, recall, harm and follow-up."""

from datetime import datetime

from atmpflow.commands.consent import WithdrawConsent
from atmpflow.commands.patient import RecordDeath, RecordDeterioration
from atmpflow.events.patient import PatientDeteriorated
from atmpflow.journey import Facts
from atmpflow.people import Role
from desk.simulation.site import Move
from desk.stories.story import MINUTE, Story, by


def _withdraws(facts: Facts, since: datetime) -> Move | None:
    command = WithdrawConsent(occurred_at=since + 60 * MINUTE, scopes=("treatment",))
    return by(Role.PHYSICIAN, command)


def _worsens(facts: Facts, since: datetime) -> Move | None:
    """An infection while the product is made; the patient recovers."""
    if facts.ever(PatientDeteriorated):
        return None
    worse = RecordDeterioration(occurred_at=since + 60 * MINUTE, ecog=2, reason="infection")
    return by(Role.PHYSICIAN, worse)


def _dies(facts: Facts, since: datetime) -> Move | None:
    return by(Role.PHYSICIAN, RecordDeath(occurred_at=since + 60 * MINUTE, cause="disease"))


STORIES = (
    Story(
        name="consent-withdrawn-in-manufacture",
        title="Consent withdrawn while the product is made",
        product="kymriah",
        goes_wrong="The patient takes back consent to treatment while the cells are being made.",
        turns={"complete-manufacture": _withdraws},
    ),
    Story(
        name="consent-withdrawn-on-site",
        title="Consent withdrawn when the product is on site",
        product="kymriah",
        goes_wrong="The patient takes back consent to treatment before conditioning begins.",
        turns={"start-conditioning": _withdraws},
    ),
    Story(
        name="deterioration",
        title="The patient becomes worse while the product is made",
        product="kymriah",
        goes_wrong="An infection stops everything until the patient is found fit again.",
        turns={"complete-manufacture": _worsens},
    ),
    Story(
        name="death",
        title="The patient dies while the product is made",
        product="kymriah",
        goes_wrong="The patient dies; the product is stopped and what is left is accounted for.",
        turns={"complete-manufacture": _dies},
    ),
)
