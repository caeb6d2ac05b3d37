"""Reaching a patient who does not come: what follows from each command."""

from datetime import datetime

from atmpflow.commands import contact as ask
from atmpflow.course import LOST
from atmpflow.decisions.guard import require, require_right
from atmpflow.events import contact as fact
from atmpflow.journey import Facts
from atmpflow.message import Event, event_of
from atmpflow.rules.consent import withdrawn
from atmpflow.rules.lost import attempts, judge_lost, silent_since
from atmpflow.waits import next_visit


def record_contact_attempt(
    command: ask.RecordContactAttempt, facts: Facts, now: datetime
) -> list[Event]:
    require_right(
        "follow-up" not in withdrawn(facts),
        "contact-refused",
        "",
        "The patient wishes no further contact.",
        "Do not try again; what is on record stays.",
    )
    return [event_of(fact.ContactAttempted, command)]


def declare_lost(command: ask.DeclareLost, facts: Facts, now: datetime) -> list[Event]:
    visit = next_visit(facts)
    require(
        judge_lost(facts, command.occurred_at, due_at=visit.due_at if visit else None),
        code="not-lost",
        field="",
        remedy="Try again, ask the GP and the registry, and record each attempt.",
    )
    trial = facts.referral.trial is not None
    since = silent_since(facts)
    return [fact.PatientLost(attempts=len(attempts(facts)), silent_since=since, trial=trial)]


def record_found(command: ask.RecordFound, facts: Facts, now: datetime) -> list[Event]:
    require_right(
        facts.ended == LOST,
        "not-lost",
        "",
        "The patient is not lost to follow-up.",
        "Record the visit, or the contact, as what it is.",
    )
    return [event_of(fact.PatientFound, command)]
