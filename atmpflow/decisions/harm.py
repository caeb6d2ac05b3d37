"""Adverse events and what is done about them: what follows from each command."""

from datetime import datetime

from atmpflow.commands import harm as ask
from atmpflow.decisions.guard import require_right
from atmpflow.errors import Refused
from atmpflow.events import harm as fact
from atmpflow.events.administration import (
    ConditioningStarted,
    DoseAdministered,
    DosePrepared,
    ProductThawed,
)
from atmpflow.events.after import HoldPlaced
from atmpflow.events.collection import CollectionCompleted
from atmpflow.journey import Facts
from atmpflow.message import Event, event_of
from atmpflow.rules.administration import treated
from atmpflow.rules.harm import grave, serious, unexpected_reaction

PROCEDURES = (
    CollectionCompleted, ConditioningStarted, ProductThawed, DosePrepared, DoseAdministered,
)  # fmt: skip
"""From the first of these on, harm is reported."""


def report_adverse_event(
    command: ask.ReportAdverseEvent, facts: Facts, now: datetime
) -> list[Event]:
    _require_procedure(facts)
    _require_times(command)
    require_right(
        _latest(facts, command.case) is None,
        "case-known",
        "case",
        "This case is on record.",
        "Record what is new with follow-up-adverse-event.",
    )
    trial = facts.referral.trial is not None
    reported = event_of(fact.AdverseEventReported, command, trial=trial)
    return [reported, *_stop(command, facts)]


def follow_up_adverse_event(
    command: ask.FollowUpAdverseEvent, facts: Facts, now: datetime
) -> list[Event]:
    before = _latest(facts, command.case)
    if before is None:
        raise Refused(
            "case-unknown",
            "case",
            "This journey has no such case.",
            "Report it first with report-adverse-event.",
        )
    _require_times(command)
    followed = event_of(
        fact.AdverseEventFollowedUp,
        command,
        trial=facts.referral.trial is not None,
        became_susar=unexpected_reaction(command) and not unexpected_reaction(before),
        became_grave=grave(command) and not grave(before),
    )
    return [followed, *_stop(command, facts)]


def take_safety_measure(command: ask.TakeSafetyMeasure, facts: Facts, now: datetime) -> list[Event]:
    require_right(
        _latest(facts, command.case) is not None,
        "case-unknown",
        "case",
        "This journey has no such case.",
        "Report it first with report-adverse-event.",
    )
    trial = facts.referral.trial is not None
    return [event_of(fact.SafetyMeasureTaken, command, taken_at=command.occurred_at, trial=trial)]


def _latest(facts: Facts, case: str) -> fact.Case | None:
    """What is known of a case at present."""
    known = [
        row.event
        for row in facts.history
        if isinstance(row.event, fact.AdverseEventReported | fact.AdverseEventFollowedUp)
        and row.event.case == case
    ]
    return known[-1] if known else None


def _stop(case: fact.Case, facts: Facts) -> list[Event]:
    """While something is still to be given, a serious reaction is cleared up first."""
    waits = facts.ended is None and facts.hold is None and not treated(facts)
    if waits and serious(case) and case.related:
        return [HoldPlaced(reason=case.case)]
    return []


def _require_procedure(facts: Facts) -> None:
    require_right(
        any(facts.ever(kind) for kind in PROCEDURES),
        "no-procedure",
        "",
        "Nothing was done to the patient for this therapy yet.",
        "Report it as the patient's own care requires; here it begins with the first procedure.",
    )


def _require_times(case: ask.ReportAdverseEvent | ask.FollowUpAdverseEvent) -> None:
    known = (case.aware_at, case.sponsor_aware_at or case.aware_at)
    require_right(
        case.onset_at <= min(known) and max(known) <= case.occurred_at,
        "date-impossible",
        "aware_at",
        "It is known before it began, or after it was recorded.",
        "Give when it began, and since when centre and sponsor know; clocks count from there.",
    )
