"""Task: what a journey waits for, and every duty that somebody has or had beside it."""

from collections.abc import Iterator

from atmpflow.duties import Duty, duties
from atmpflow.events.duties import DutyFulfilled
from atmpflow.fhir import systems
from atmpflow.fhir.elements import Element, coding, concept, identifier, moment, period
from atmpflow.fhir.telling import Telling, Told
from atmpflow.people import Role
from atmpflow.waits import Wait, waits_for


def tell(telling: Telling) -> Iterator[Told]:
    """The present wait, unless the journey has ended; then the duties, the oldest first."""
    wait = waits_for(telling.facts)
    if wait is not None:
        yield _wait(telling, wait)
    for duty in duties(telling.facts):
        yield _duty(telling, duty)


def _common(telling: Telling, owner: Role) -> Element:
    return {
        "intent": "order",
        "focus": telling.request,
        "for": telling.patient,
        "performerType": [concept(owner.value, coding(systems.ROLE, owner.value))],
    }


def _wait(telling: Telling, wait: Wait) -> Told:
    elements = {
        **_common(telling, wait.owner),
        "status": "on-hold" if telling.facts.hold else "requested",
        "code": concept(wait.command, coding(systems.COMMAND, wait.command)),
        "authoredOn": moment(wait.since),
        "restriction": {"period": period(None, wait.until)},
    }
    return telling.made("Task", ("wait", wait.command, wait.since), elements)


def _duty(telling: Telling, duty: Duty) -> Told:
    done = duty.fulfilled
    kind = duty.name.partition(":")[0]
    # A duty may be done before its clock begins: a report that was sent at once.
    ended = max(done.occurred_at, duty.since) if done else None
    elements = {
        **_common(telling, duty.owner),
        "identifier": [identifier(systems.DUTY, duty.name)],
        "status": "completed" if done else "requested",
        "code": concept(duty.title, coding(systems.DUTY, kind)),
        "authoredOn": moment(duty.since),
        "lastModified": moment(ended or duty.since),
        "executionPeriod": period(duty.since, ended),
        "restriction": {"period": period(None, duty.due_at)},
        "output": _answer(done.event.reference)
        if done and isinstance(done.event, DutyFulfilled)
        else None,
    }
    cause = int(duty.name.rpartition(":")[2])
    rows = [row for row in telling.facts.history if row.seq == cause or row is done]
    return telling.made("Task", ("duty", duty.name), elements, *rows)


def _answer(reference: str) -> list[Element]:
    return [{"type": concept("reference"), "valueString": reference}]
