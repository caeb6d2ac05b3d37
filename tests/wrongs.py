"""Everything that can go wrong with a supply, and a journey that only does what it is told."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from atmpflow.commands.after import FireTimer, LiftHold
from atmpflow.commands.collection import RecordCellCount
from atmpflow.commands.damage import ReportDamage
from atmpflow.commands.exception import RecordRiskEvaluation, RequestOosProduct
from atmpflow.commands.manufacture import RecordQualityResults, RejectBatch
from atmpflow.commands.recovery import FailCollection
from atmpflow.commands.remaking import OrderRemake, ReportManufactureFailure
from atmpflow.commands.shipment import DecideDeviation, ReceiveShipment
from atmpflow.errors import Refused
from atmpflow.events.manufacture import BatchOpened, TestResult
from atmpflow.journey import Facts
from atmpflow.people import ENGINE, Role
from atmpflow.products.spec import ReleaseTest
from atmpflow.rules.supply import usable
from atmpflow.waits import timers, waits_for
from desk.simulation.people import actor
from desk.simulation.site import Move
from tests.memory import asked, next_command

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
Wrong = tuple[str, Move]


def latest(facts: Facts) -> datetime:
    """When the newest event happened, or the present wait began, whichever is later."""
    assert facts.since is not None
    return max(facts.since, facts.history[-1].occurred_at)


def batch(facts: Facts) -> str:
    opened = facts.last(BatchOpened)
    return opened.batch if opened else "NONE"


def _worst(test: ReleaseTest) -> TestResult:
    if test.must_be is not None:
        return TestResult(test=test.name, outcome="WRONG")
    low = test.low - 1 if test.low is not None else (test.high or 0) + 1
    return TestResult(test=test.name, value=low)


def _collecting(facts: Facts, at: datetime) -> Iterator[Wrong]:
    count = RecordCellCount(occurred_at=at, count=0, viability_pct=1)
    yield "too-few", Move(count, actor(Role.LABORATORY))


def _at_the_bed(facts: Facts, at: datetime) -> Iterator[Wrong]:
    yield "unwell", Move(FailCollection(occurred_at=at, reason="unwell"), actor(Role.NURSE))


def _arriving(facts: Facts, at: datetime) -> Iterator[Wrong]:
    move = next_command(facts)
    if isinstance(move.command, ReceiveShipment):
        opened = move.command.model_copy(update={"seal_intact": False})
        yield "opened", Move(opened, move.actor)


def _deviating(facts: Facts, at: datetime) -> Iterator[Wrong]:
    for decision in ("accept", "reject"):
        command = DecideDeviation(occurred_at=at, decision=decision, justification="DEV-1")
        yield f"{decision}ed", Move(command, actor(Role.QP))


def _making(facts: Facts, at: datetime) -> Iterator[Wrong]:
    for left in (True, False):
        command = ReportManufactureFailure(
            occurred_at=at, batch=batch(facts), reason="power", report="D", material_left=left
        )
        yield f"failed-left-{left}", Move(command, actor(Role.MANUFACTURER))


def _testing(facts: Facts, at: datetime) -> Iterator[Wrong]:
    results = tuple(_worst(test) for test in facts.product.release_tests)
    command = RecordQualityResults(occurred_at=at, batch=batch(facts), results=results)
    yield "out-of-specification", Move(command, actor(Role.QUALITY_CONTROL))


def _rejecting(facts: Facts, at: datetime) -> Iterator[Wrong]:
    for left in (True, False, None):
        command = RejectBatch(
            occurred_at=at, batch=batch(facts), reason="OOS-1", material_left=left
        )
        yield f"rejected-left-{left}", Move(command, actor(Role.QP))


def _asking_all_the_same(facts: Facts, at: datetime) -> Iterator[Wrong]:
    yield from _rejecting(facts, at)
    evaluation = RecordRiskEvaluation(occurred_at=at, document="RE-1")
    yield "evaluated", Move(evaluation, actor(Role.MANUFACTURER))
    request = RequestOosProduct(
        occurred_at=at, document="RQ-1", no_alternative=True, immediate_hazard=True
    )
    yield "requested", Move(request, actor(Role.PHYSICIAN))


def _damaged(facts: Facts, at: datetime) -> Iterator[Wrong]:
    command = ReportDamage(
        occurred_at=at,
        scanned_unit=usable(facts)[0],
        scanned_coi=facts.coi,
        reason="spill",
        report="DEV-2",
    )
    yield "damaged", Move(command, actor(Role.PHARMACIST))


AT_STEP: dict[str, Callable[[Facts, datetime], Iterator[Wrong]]] = {
    "record-collection": _at_the_bed,
    "record-cell-count": _collecting,
    "receive-shipment": _arriving,
    "decide-deviation": _deviating,
    "complete-manufacture": _making,
    "record-quality-results": _testing,
    "reject-batch": _asking_all_the_same,
    "certify-batch": _rejecting,
}


def _expiring(facts: Facts, at: datetime) -> Iterator[Wrong]:
    for timer in timers(facts):
        if timer.kind.startswith(("material-expires", "product-expires")):
            fire = FireTimer(
                occurred_at=max(timer.due_at, at), kind=timer.kind, due_at=timer.due_at
            )
            yield timer.kind, Move(fire, ENGINE)


def wrongs(facts: Facts) -> Iterator[Wrong]:
    """Each thing that may go wrong at this moment, with who says so."""
    at, step = latest(facts) + HOUR, facts.step
    if step is None:
        return
    if facts.hold is None:
        if step.command.name in AT_STEP:
            yield from AT_STEP[step.command.name](facts, at)
        if facts.stage == "administration" and usable(facts):
            yield from _damaged(facts, at)
    yield from _expiring(facts, at)


def after_each(facts: Facts) -> Iterator[tuple[str, Facts]]:
    """The facts after each thing that goes wrong here and is not refused."""
    for name, move in wrongs(facts):
        try:
            yield name, asked(facts, move.command, move.actor)
        except Refused:  # the risk is not evaluated yet, or was already
            continue


def as_told(facts: Facts) -> Move:
    """The command that the wait names, by its owner, as late as it is now; a hold is lifted."""
    wait, at = waits_for(facts), latest(facts) + HOUR
    assert wait is not None
    who = actor(wait.owner)
    match wait.command:
        case "lift-hold":
            lifts = (Role.PHYSICIAN, Role.PHARMACIST)[min(len(facts.agreed), 1)]
            return Move(LiftHold(occurred_at=at, reason="CAPA-1"), actor(lifts))
        case "order-remake":
            expires = at + 30 * DAY
            return Move(
                OrderRemake(occurred_at=at, confirmation="M", material_expires_at=expires), who
            )
        case "decide-deviation":
            return Move(DecideDeviation(occurred_at=at, decision="reject", justification="D"), who)
        case "reject-batch":
            return Move(RejectBatch(occurred_at=at, batch=batch(facts), reason="OOS-1"), who)
        case _:
            return next_command(replace(facts, since=latest(facts)))


CIRCLES = 40
"""More often than any right journey comes to one step, visits of the follow-up included."""


def dead_end(facts: Facts) -> str | None:
    """Why doing nothing but what the journey waits for never ends it; none: it ends."""
    came: Counter[tuple[str, int, str]] = Counter()
    while not facts.ended:
        move = as_told(facts)
        try:
            after = asked(facts, move.command, move.actor)
        except Refused as refused:
            return f"{facts.stage}: {move.command.name} is refused: {refused.code}"
        place = (facts.stage, facts.position, move.command.name)
        came[place] += 1
        if after.version == facts.version or came[place] > CIRCLES:
            return f"{facts.stage}: {move.command.name} again and again"
        facts = after
    return None
