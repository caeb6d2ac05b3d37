"""Stories of the patient: identity, consent, fitness, death, recall, harm and follow-up."""

from datetime import datetime, timedelta

from atmpflow.commands.consent import WithdrawConsent
from atmpflow.commands.contact import DeclareLost, RecordContactAttempt, RecordFound
from atmpflow.commands.patient import RecordDeath, RecordDeterioration
from atmpflow.course import LOST
from atmpflow.duties import open_duties
from atmpflow.events.administration import DoseAdministered
from atmpflow.events.after import FollowUpRecorded
from atmpflow.events.contact import PatientLost, Way
from atmpflow.events.patient import PatientDeteriorated
from atmpflow.journey import Facts
from atmpflow.people import Role
from atmpflow.rules.lost import attempts
from atmpflow.waits import next_visit
from desk.simulation.site import Move
from desk.stories.story import MINUTE, Story, by

DAY = timedelta(days=1)
ASKED: tuple[Way, ...] = ("telephone", "letter", "gp", "registry")


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


def _withdraws_before_second_dose(facts: Facts, since: datetime) -> Move | None:
    return _withdraws(facts, since) if facts.last(DoseAdministered) else None


def _wishes_no_contact(facts: Facts, since: datetime) -> Move | None:
    command = WithdrawConsent(occurred_at=since + 60 * MINUTE, scopes=("follow-up",))
    return by(Role.NURSE, command)


def _second_visit(facts: Facts) -> bool:
    return len(facts.all(FollowUpRecorded)) > 1


def _cannot_be_reached(facts: Facts, since: datetime) -> Move | None:
    """Four attempts in four ways over a month; then the physician says that it is so."""
    visit = next_visit(facts)
    if visit is None or facts.ever(PatientLost) or not facts.last(FollowUpRecorded):
        return None
    tried = len(attempts(facts))
    at = max(visit.due_at + (tried * 10 + 1) * DAY, since)
    if tried == len(ASKED):
        return by(Role.PHYSICIAN, DeclareLost(occurred_at=at))
    attempt = RecordContactAttempt(occurred_at=at, way=ASKED[tried], outcome="no-answer")
    return by(Role.COORDINATOR, attempt)


def _is_found(facts: Facts, since: datetime) -> Move | None:
    """Half a year later the GP writes."""
    if facts.ended != LOST or open_duties(facts):
        return None
    return by(Role.COORDINATOR, RecordFound(occurred_at=since + 180 * DAY, told_by="gp"))


STORIES = (
    Story(
        name="consent-withdrawn-before-collection",
        title="Consent withdrawn before anything was collected",
        product="kymriah",
        goes_wrong="The patient takes back consent before the collection; slots are free again.",
        turns={"record-collection": _withdraws},
    ),
    Story(
        name="consent-withdrawn-between-doses",
        title="Consent withdrawn between two doses",
        product="aucatzyl",
        goes_wrong="After the first dose the patient wishes no second, and is watched over.",
        turns={"prescribe-dose": _withdraws_before_second_dose},
    ),
    Story(
        name="follow-up-withdrawn",
        title="No further contact wished",
        product="zolgensma",
        goes_wrong="After the treatment the patient's family takes back consent to follow-up.",
        turns={"record-follow-up": _wishes_no_contact},
    ),
    Story(
        name="lost-and-found",
        title="Lost to follow-up, and found again",
        product="kymriah",
        goes_wrong="A patient cannot be reached by anybody; half a year later the GP writes.",
        turns={"record-follow-up": _cannot_be_reached, "ended": _is_found},
        until=_second_visit,
    ),
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
