"""Consent that is taken back or given anew: what follows from each command.

Whatever was not given is not given any more, from that moment. Before the first dose a treatment
without consent is over; after it the patient is still watched over. What was done and what is on
record stays as it is.
"""

from datetime import datetime

from atmpflow.commands import consent as ask
from atmpflow.decisions.guard import missing_from, require_right
from atmpflow.errors import Refused
from atmpflow.events import consent as fact
from atmpflow.events.administration import DoseAdministered
from atmpflow.events.after import HoldPlaced, JourneyWithdrawn
from atmpflow.events.collection import CollectionCompleted
from atmpflow.journey import Facts
from atmpflow.message import Event, event_of
from atmpflow.rules.administration import treated
from atmpflow.rules.consent import agreed_since, left_over, taken_back_at, withdrawn

WITHDRAWN = "consent-withdrawn"
"""The reason of a hold that a withdrawal places."""


def withdraw_consent(command: ask.WithdrawConsent, facts: Facts, now: datetime) -> list[Event]:
    given = agreed_since(facts)
    never = missing_from(command.scopes, given)
    require_right(
        not never,
        "consent-not-given",
        "scopes",
        f"Not agreed to at present: {', '.join(never)}.",
        "Name the scopes that the patient takes back; the journey shows those in force.",
    )
    _require_later(command.occurred_at, max(given[scope] for scope in command.scopes), "agreed to")
    taken = event_of(fact.ConsentWithdrawn, command)
    return [taken, *([] if facts.ended else _at_once(taken, facts))]


def _at_once(taken: fact.ConsentWithdrawn, facts: Facts) -> list[Event]:
    """What stops with it: the treatment, the follow-up, or everything until it is cleared up."""
    if treated(facts):
        over = "follow-up" in taken.scopes and facts.stage == "follow_up"
        return [fact.FollowUpEnded()] if over else []
    if "treatment" in taken.scopes or _nothing_collected(taken, facts):
        return [_stopped(taken, facts)]
    still_needed = set(taken.scopes) & {"data", "follow-up"}
    return [HoldPlaced(reason=WITHDRAWN)] if still_needed else []


def _nothing_collected(taken: fact.ConsentWithdrawn, facts: Facts) -> bool:
    return "collection" in taken.scopes and facts.last(CollectionCompleted) is None


def _stopped(taken: fact.ConsentWithdrawn, facts: Facts) -> Event:
    left = left_over(facts)
    if taken.unused_cells is not None:
        left = left.model_copy(update={"unused_cells": taken.unused_cells})
    doses = len(facts.all(DoseAdministered))
    if doses:
        return fact.TreatmentStopped(doses=doses, **dict(left))
    return JourneyWithdrawn(reason="patient-choice", **dict(left))


def renew_consent(command: ask.RenewConsent, facts: Facts, now: datetime) -> list[Event]:
    missing = missing_from(withdrawn(facts), command.scopes)
    require_right(
        bool(withdrawn(facts)) and not missing,
        "consent-not-withdrawn" if not missing else "scopes-missing",
        "scopes",
        f"Taken back: {', '.join(withdrawn(facts)) or 'nothing'}.",
        "Name every scope that was taken back, each agreed to anew.",
    )
    _require_later(command.occurred_at, taken_back_at(facts), "taken back")
    return [event_of(fact.ConsentRenewed, command)]


def _require_later(at: datetime, than: datetime | None, what: str) -> None:
    """Each word of the patient's takes back or renews one before it, also where it is told late."""
    if than is not None and at < than:
        raise Refused(
            "date-impossible",
            "occurred_at",
            f"It was {what} later, at {than:%Y-%m-%d %H:%M:%S} UTC.",
            "Give the time at which the patient said so, with its time zone.",
        )
