"""What does a journey wait for, until when, and which stage owes a response?"""

from collections.abc import Iterator, Sequence
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
from atmpflow.events.recovery import BandExitPredicted, HoldTimeNear
from atmpflow.journey import Facts
from atmpflow.people import Role
from atmpflow.rules.remaking import material_expires_at
from atmpflow.rules.supply import supply
from atmpflow.rules.transit import hold_time
from atmpflow.rules.way_out import way_out

DUTY = "duty:"
"""How the timer of a duty begins; the duty's name follows."""

HOLD_WITHIN = timedelta(days=1)
"""Operational default: a hold is decided on within a day."""

DECIDED_WITHIN = timedelta(days=2)
"""Operational default: the decision that is left when a step cannot be taken any more."""


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
    left = way_out(facts)
    if left is not None:
        return Wait(left.command, left.owner, left.since, left.since + DECIDED_WITHIN)
    visit = next_visit(facts) if facts.stage == "follow_up" else None
    until = (visit.due_at if visit else since) + step.within
    return Wait(step.command.name, step.owner, since, until)


def engine_owes(facts: Facts) -> bool:
    """Is it the engine itself that a journey waits for?"""
    wait = waits_for(facts)
    return wait is not None and wait.owner is Role.SYSTEM


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
        yield Timer(_again("material-expires", facts.ever(MaterialExpired)), until)
    stock = supply(facts)
    expired = {event.due_at for _, event in facts.all(ProductExpired)}
    if stock and not facts.last(DoseAdministered) and stock.expires_at not in expired:
        yield Timer(_again("product-expires", facts.ever(ProductExpired)), stock.expires_at)
    holds = hold_time(facts)
    near = {event.due_at for _, event in facts.all(HoldTimeNear)}
    if holds and holds.warns_at not in near:
        yield Timer(f"hold-time-near:{holds.warns_at.isoformat()}", holds.warns_at)
    visit = next_visit(facts)
    announced = {event.day for _, event in facts.all(FollowUpDue)}
    if visit and visit.day not in announced:
        yield Timer(f"follow-up:{visit.day}", visit.due_at)


def _again(kind: str, fired: Sequence[object]) -> str:
    """The kind of a timer that ran out in an earlier attempt: that one stays on record."""
    return f"{kind}:{len(fired) + 1}" if fired else kind


ALERTS = (
    BandExitPredicted, DeadlinePassed, DutyOverdue, FollowUpDue, HoldTimeNear, MaterialExpired,
    ProductExpired,
)  # fmt: skip
"""Events that a person must hear of although the journey has not moved."""


def owes(before: Facts | None, after: Facts) -> bool:
    """Does the present stage owe a response to the newest event?

    It does when the engine's own step has come, when a stage begins, when a hold opens or is
    lifted, when a deadline has passed, and when what the journey waits for is another decision.
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
    if (way_out(before) is None) != (way_out(after) is None):
        return True
    moved = before.position != after.position
    return moved and step.owner is Role.SYSTEM
