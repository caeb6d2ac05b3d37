"""CarePlan: the stages of the pathway, the days under observation, and the follow-up visits."""

from collections.abc import Iterator
from datetime import timedelta

from atmpflow.events.after import (
    FollowUpPlanned,
    FollowUpRecorded,
    MonitoringCompleted,
    MonitoringPlanned,
    Visit,
)
from atmpflow.fhir.elements import Element, moment, period
from atmpflow.fhir.telling import Telling, Told
from atmpflow.journey import Facts, Recorded

DAY = timedelta(days=1)


def tell(telling: Telling) -> Iterator[Told]:
    """The pathway at once, the other two when they are planned."""
    yield _pathway(telling)
    for row, event in telling.ever(MonitoringPlanned):
        yield _monitoring(telling, row, event)
    plans = telling.ever(FollowUpPlanned)
    if plans:
        yield _follow_up(telling, *plans[-1])


def _status(facts: Facts) -> str:
    if facts.ended == "completed":
        return "completed"
    if facts.ended:
        return "revoked"
    return "on-hold" if facts.hold else "active"


def _pathway(telling: Telling) -> Told:
    facts = telling.facts
    elements = {
        **_common(telling, f"Pathway: {facts.product.pathway}", facts.history[0]),
        "status": _status(facts),
        "period": period(facts.history[0].occurred_at, facts.ended_at),
        "activity": [{"detail": one} for one in _stages(facts)],
    }
    return telling.made("CarePlan", ("pathway",), elements, facts.history[0])


def _common(telling: Telling, title: str, row: Recorded) -> Element:
    return {
        "intent": "plan",
        "title": title,
        "subject": telling.patient,
        "created": moment(row.occurred_at),
        "supportingInfo": [telling.request],
    }


def _stages(facts: Facts) -> Iterator[Element]:
    """Each stage: past, present or to come; after an end nothing is to come."""
    names = [stage.name for stage in facts.stages]
    here = names.index(facts.stage)
    for index, stage in enumerate(facts.stages):
        status = "completed" if index < here else "not-started"
        if index == here:
            status = "on-hold" if facts.hold else "in-progress"
        if facts.ended and index >= here:
            status = "completed" if facts.ended == "completed" else "cancelled"
        yield {"status": status, "description": stage.title}


def _monitoring(telling: Telling, row: Recorded, event: MonitoringPlanned) -> Told:
    done = telling.follows(row, MonitoringCompleted)
    over = "revoked" if telling.facts.ended else "active"
    elements = {
        **_common(telling, "Monitoring", row),
        "status": "completed" if done else over,
        "period": period(row.occurred_at, event.until),
        "activity": _near(row, event, done=done is not None),
    }
    rows = (row, done) if done else (row,)
    return telling.made("CarePlan", ("monitoring", row.seq), elements, *rows)


def _near(row: Recorded, event: MonitoringPlanned, *, done: bool) -> list[Element]:
    """To stay near the centre, where the product asks for it."""
    if event.stay_near_until <= row.occurred_at:
        return []
    detail = {
        "status": "completed" if done else "in-progress",
        "description": "stay near the centre",
        "scheduledPeriod": period(row.occurred_at, event.stay_near_until),
    }
    return [{"detail": detail}]


def _follow_up(telling: Telling, row: Recorded, event: FollowUpPlanned) -> Told:
    made = {visit.day: one for one, visit in telling.ever(FollowUpRecorded)}
    days = [visit.due_at for visit in event.visits]
    elements = {
        **_common(telling, "Follow-up", row),
        "status": _status(telling.facts),
        "period": period(row.occurred_at, max(days, default=None)),
        "activity": [
            {"detail": _visit(telling.facts, visit, made.get(visit.day))} for visit in event.visits
        ],
    }
    return telling.made("CarePlan", ("follow-up",), elements, row, *made.values())


def _visit(facts: Facts, visit: Visit, made: Recorded | None) -> Element:
    open_ = "cancelled" if facts.ended else "scheduled"
    return {
        "kind": "Appointment",
        "status": "completed" if made else open_,
        "scheduledPeriod": period(visit.due_at, visit.due_at + DAY),
        "description": f"visit of day {visit.day}",
    }
