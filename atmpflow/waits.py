"""What does a journey wait for, until when, and which stage owes a response?"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from atmpflow.duties import announced, open_duties
from atmpflow.events.administration import DoseAdministered
from atmpflow.events.after import (
    DeadlinePassed,
    FollowUpDue,
    FollowUpPlanned,
    FollowUpRecorded,
    MaterialExpired,
    ProductExpired,
    Visit,
)
from atmpflow.events.duties import DutyOverdue
from atmpflow.events.manufacture import ManufactureStarted
from atmpflow.events.recovery import HoldTimeNear
from atmpflow.journey import Facts
from atmpflow.people import Role
from atmpflow.rules.remaking import material_expires_at
from atmpflow.rules.supply import supply
from atmpflow.rules.transit import hold_time

DUTY = "duty:"
"""How the timer of a duty begins; the duty's name follows."""

HOLD_WITHIN = timedelta(days=1)
"""Operational default: a hold is decided on within a day."""


@dataclass(frozen=True, slots=True)
class Wait:
    """The named thing an open journey waits for, with its owner and deadline."""

    command: str
    owner: Role
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Timer:
    """At this moment this is due. `kind` is unique in a journey."""

    kind: str
    due_at: datetime


def next_visit(facts: Facts) -> Visit | None:
    """The earliest visit of the follow-up plan that is not recorded yet."""
    plan = facts.last(FollowUpPlanned)
    done = {event.day for _, event in facts.all(FollowUpRecorded)}
    return next((visit for visit in plan.visits if visit.day not in done), None) if plan else None


def waits_for(facts: Facts) -> Wait | None:
    """The present wait; none when the journey has ended."""
    step, since = facts.step, facts.since
    if step is None or since is None:
        return None
    hold = facts.hold
    if hold is not None:
        due = hold.occurred_at + HOLD_WITHIN
        return Wait("lift-hold", Role.COMPLIANCE, hold.occurred_at, due)
    visit = next_visit(facts) if facts.stage == "follow_up" else None
    until = (visit.due_at if visit else since) + step.within
    return Wait(step.command.name, step.owner, since, until)


def timers(facts: Facts) -> frozenset[Timer]:
    """Every timer this journey should have running; the record keeps exactly these."""
    course = frozenset[Timer]() if facts.ended else frozenset(_timers(facts))
    return course | frozenset(_duty_timers(facts))


def _duty_timers(facts: Facts) -> Iterator[Timer]:
    overdue = announced(facts)
    for duty in open_duties(facts):
        if duty.name not in overdue:
            yield Timer(f"{DUTY}{duty.name}", duty.due_at)


def _timers(facts: Facts) -> Iterator[Timer]:
    wait = waits_for(facts)
    passed = {(event.awaited, event.due_at) for _, event in facts.all(DeadlinePassed)}
    if wait and (wait.command, wait.until) not in passed:
        yield Timer(f"wait:{wait.command}:{wait.until.isoformat()}", wait.until)
    expired = {event.due_at for _, event in facts.all(MaterialExpired)}
    until = material_expires_at(facts)
    if until and not facts.last(ManufactureStarted) and until not in expired:
        yield Timer("material-expires", until)
    stock = supply(facts)
    expired = {event.due_at for _, event in facts.all(ProductExpired)}
    if stock and not facts.last(DoseAdministered) and stock.expires_at not in expired:
        yield Timer("product-expires", stock.expires_at)
    holds = hold_time(facts)
    near = {event.due_at for _, event in facts.all(HoldTimeNear)}
    if holds and holds.warns_at not in near:
        yield Timer(f"hold-time-near:{holds.warns_at.isoformat()}", holds.warns_at)
    visit = next_visit(facts)
    announced = {event.day for _, event in facts.all(FollowUpDue)}
    if visit and visit.day not in announced:
        yield Timer(f"follow-up:{visit.day}", visit.due_at)


ALERTS = (
    DeadlinePassed, DutyOverdue, FollowUpDue, HoldTimeNear, MaterialExpired, ProductExpired,
)  # fmt: skip
"""Events that a person must hear of although the journey has not moved."""


def owes(before: Facts | None, after: Facts) -> bool:
    """Does the present stage owe a response to the newest event?

    It does when the engine's own step has come, when a stage begins, when a hold opens or is
    lifted, and when a deadline has passed.
    """
    step = after.step
    if step is None:
        return isinstance(after.history[-1].event, ALERTS)
    if before is None or before.stage != after.stage:
        return True
    if (before.hold is None) != (after.hold is None):
        return True
    if isinstance(after.history[-1].event, ALERTS):
        return True
    moved = before.position != after.position
    return moved and step.owner is Role.SYSTEM
