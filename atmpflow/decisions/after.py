"""Monitoring, follow-up, and what may be asked at any time: what follows from each command."""

from datetime import datetime, timedelta

from atmpflow.commands import after as ask
from atmpflow.decisions.guard import require_right
from atmpflow.decisions.patient import death
from atmpflow.duties import duty_named
from atmpflow.errors import Refused
from atmpflow.events import after as fact
from atmpflow.events.administration import DoseAdministered
from atmpflow.events.consent import FollowUpEnded
from atmpflow.events.duties import DutyOverdue
from atmpflow.events.recovery import HoldTimeNear
from atmpflow.journey import Facts
from atmpflow.message import Event, event_of
from atmpflow.people import Actor
from atmpflow.rules.administration import treated
from atmpflow.rules.consent import left_over, withdrawn
from atmpflow.rules.follow_up import plan_visits
from atmpflow.rules.holds import newest_reason
from atmpflow.rules.toxicity import grade_crs, grade_icans
from atmpflow.rules.transit import hold_time
from atmpflow.waits import DUTY, Timer, next_visit, timers, waits_for


def _doses(facts: Facts) -> tuple[datetime, datetime]:
    """Start of the first and end of the last dose."""
    given = facts.all(DoseAdministered)
    if not given:
        raise Refused("out-of-order", "", "No dose was given.", "Record the dose first.")
    return given[0][1].started_at, given[-1][1].ended_at


def plan_monitoring(command: ask.PlanMonitoring, facts: Facts, now: datetime) -> list[Event]:
    plan, (_, last) = facts.product.monitoring, _doses(facts)
    near = last + timedelta(days=plan.stay_near_days)
    return [fact.MonitoringPlanned(until=last + timedelta(days=plan.days), stay_near_until=near)]


def grade_toxicity(command: ask.GradeToxicity, facts: Facts, now: datetime) -> list[Event]:
    graded = event_of(
        fact.ToxicityGraded, command, crs=grade_crs(command), icans=grade_icans(command)
    )
    return [graded]


def complete_monitoring(
    command: ask.CompleteMonitoring, facts: Facts, now: datetime
) -> list[Event]:
    planned = facts.last(fact.MonitoringPlanned)
    require_right(
        planned is not None and command.occurred_at >= planned.until,
        "monitoring-too-short",
        "occurred_at",
        f"Monitoring lasts until {planned.until:%Y-%m-%d %H:%M} UTC." if planned else "No plan.",
        "Complete monitoring when the period of the product has passed.",
    )
    return [fact.MonitoringCompleted()]


def plan_follow_up(command: ask.PlanFollowUp, facts: Facts, now: datetime) -> list[Event]:
    first, _ = _doses(facts)
    if "follow-up" in withdrawn(facts):
        return [FollowUpEnded()]
    return [fact.FollowUpPlanned(visits=plan_visits(facts.product.follow_up, first))]


def record_follow_up(command: ask.RecordFollowUp, facts: Facts, now: datetime) -> list[Event]:
    visit = next_visit(facts)
    due = visit.day if visit else None
    require_right(
        command.day == due,
        "visit-unexpected",
        "day",
        f"The visit of day {due} is next.",
        f"Give {due}; a missed visit is recorded as not-assessed before the next one.",
    )
    require_right(
        command.alive is not None or command.disease == "not-assessed",
        "alive-missing",
        "alive",
        "It is not said whether the patient is alive.",
        "Say it; of a missed visit, record the disease as not-assessed.",
    )
    require_right(
        not command.registry_reported or "data" not in withdrawn(facts),
        "data-consent-withdrawn",
        "registry_reported",
        "The patient has taken back consent to the use of data.",
        "Report nothing further to the registry; record the visit for the patient's own care.",
    )
    recorded = event_of(fact.FollowUpRecorded, command)
    if command.alive is False:
        return [recorded, death(fact.Died(), facts)]
    last = facts.product.follow_up.visits_day[-1]
    return [recorded, fact.JourneyCompleted()] if command.day == last else [recorded]


def _overdue(command: ask.FireTimer, facts: Facts) -> list[Event]:
    duty = duty_named(facts, command.kind.removeprefix(DUTY))
    if duty is None:
        return []
    return [DutyOverdue(duty=duty.name, owner=duty.owner, due_at=command.due_at)]


def _near(command: ask.FireTimer, facts: Facts) -> list[Event]:
    holds = hold_time(facts)
    return [HoldTimeNear(due_at=command.due_at, ends_at=holds.ends_at)] if holds else []


def _due(command: ask.FireTimer, facts: Facts) -> list[Event]:
    day = int(command.kind.partition(":")[2])
    return [fact.FollowUpDue(day=day, due_at=command.due_at)]


def _expired(command: ask.FireTimer, facts: Facts) -> list[Event]:
    material = command.kind.startswith("material-expires")
    kind = fact.MaterialExpired if material else fact.ProductExpired
    return [kind(due_at=command.due_at)]


def _late(command: ask.FireTimer, facts: Facts) -> list[Event]:
    wait = waits_for(facts)
    awaited, owner = (wait.command, wait.owner) if wait else ("", "")
    return [fact.DeadlinePassed(awaited=awaited, owner=owner, due_at=command.due_at)]


FIRED = {
    DUTY: _overdue,
    "material-expires": _expired,
    "product-expires": _expired,
    "hold-time-near": _near,
    "follow-up:": _due,
    "wait:": _late,
}
"""What a timer brings, by how its kind begins."""


def fire_timer(command: ask.FireTimer, facts: Facts, now: datetime) -> list[Event]:
    if Timer(command.kind, command.due_at) not in timers(facts):
        return []
    begins = next(one for one in FIRED if command.kind.startswith(one))
    return FIRED[begins](command, facts)


def place_hold(command: ask.PlaceHold, facts: Facts, now: datetime) -> list[Event]:
    return [fact.HoldPlaced(reason=command.reason)]


def lift_hold(command: ask.LiftHold, facts: Facts, now: datetime, actor: Actor) -> list[Event]:
    require_right(
        facts.hold is not None,
        "not-held",
        "",
        "The journey is not on hold.",
        "Look at the journey: atmpflow journey ID.",
    )
    newest = newest_reason(facts)
    require_right(
        newest is None or command.occurred_at >= newest,
        "date-before-previous",
        "occurred_at",
        "The hold, or its newest reason, came after that moment.",
        "Give the time at which you agreed, with its time zone.",
    )
    taken = () if treated(facts) else withdrawn(facts)
    require_right(
        not taken,
        "consent-withdrawn",
        "",
        f"The patient has taken back consent to: {', '.join(taken)}.",
        "Record renew-consent if the patient agrees anew; else end the journey with withdraw.",
    )
    require_right(
        actor.id not in facts.agreed,
        "lift-not-independent",
        "actor",
        "This person has already agreed.",
        "A second person must agree.",
    )
    agreed = fact.HoldLiftAgreed(person=actor.id, reason=command.reason)
    return [agreed, fact.HoldLifted()] if facts.agreed else [agreed]


def withdraw(command: ask.Withdraw, facts: Facts, now: datetime) -> list[Event]:
    return [fact.JourneyWithdrawn(reason=command.reason, **dict(left_over(facts)))]
