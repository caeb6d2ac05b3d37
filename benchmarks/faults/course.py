"""The course of faults, the same for each side, one after another."""

import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

from benchmarks.faults.outage import Outage
from benchmarks.faults.plan import Plan
from benchmarks.faults.side import ROOT, Counted, Side, now, sender, settled

SPREAD = 0.7
"""Events are sent over this part of an outage, so that the client ends before it does."""

BEGUN = "Beginning flow run"
TOGETHER = 2

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Sent:
    """Events of one batch: how many were sent and kept by the client, and what came of them."""

    sent: int
    kept: int
    counted: Counted
    away_s: float = 0


@dataclass(frozen=True, slots=True)
class Deadlines:
    """What became of the deadlines, and how late the last was after the server's return."""

    set: int
    counted: Counted
    away_s: float = 0
    late_s: float = 0


@dataclass(frozen=True, slots=True)
class Measured:
    """Everything that one side went through."""

    control: Sent
    on_time: Deadlines
    short: Sent
    long: Sent
    deadlines: Deadlines
    doubled: int


def batches(plan: Plan) -> dict[str, int]:
    """How many journeys or shipments each part of the course needs."""
    events = {"control": plan.control, "short": plan.events, "long": plan.events}
    deadlines = dict.fromkeys(("on-time", "deadline"), plan.deadlines)
    return {**events, **deadlines, "double": plan.trials}


def course(side: Side, plan: Plan, say: Say) -> Measured:
    """Without a fault first: what does not work then would prove nothing."""
    control = _events(side, "control", plan, plan.short_s, nullcontext())
    on_time = _deadlines(side, "on-time", plan, nullcontext())
    say(f"{side.name}: nothing taken away: {_told(control)}, {on_time.counted.acted} deadlines")
    database = side.machine.without_database
    short = _events(side, "short", plan, plan.short_s, database(plan.short_s))
    say(f"{side.name}: PostgreSQL away for {short.away_s:.0f} s: {_told(short)}")
    long = _events(side, "long", plan, plan.long_s, database(plan.long_s))
    say(f"{side.name}: PostgreSQL away for {long.away_s:.0f} s: {_told(long)}")
    server = side.machine.without_server(plan.server_s)
    deadlines = _deadlines(side, "deadline", plan, server)
    away = f"Prefect server away for {deadlines.away_s:.0f} s"
    say(f"{side.name}: {away}: {deadlines.counted.acted} deadlines")
    doubled = _doubled(side, plan)
    say(f"{side.name}: one run executed twice at once: {doubled} doubled")
    return Measured(control, on_time, short, long, deadlines, doubled)


def _told(sent: Sent) -> str:
    return f"{sent.counted.stored} stored, {sent.counted.acted} acted of {sent.sent}"


def _events(
    side: Side,
    batch: str,
    plan: Plan,
    seconds: float,
    fault: AbstractContextManager[Outage | None],
) -> Sent:
    labels = side.labels(batch, batches(plan)[batch])
    with sender(side) as client, fault as away:
        told = client.send(side.event, labels, seconds * SPREAD)
    counted = settled(lambda: side.counted(labels), len(labels), quiet_s=plan.quiet_s)
    return Sent(told["sent"], told["kept"], counted, away.seconds if away else 0)


def _deadlines(
    side: Side, batch: str, plan: Plan, fault: AbstractContextManager[Outage | None]
) -> Deadlines:
    labels = side.arm(batch, plan.deadlines, plan.deadline_s)
    with fault as away:
        pass
    back = now()
    counted = settled(lambda: side.fired(labels), plan.deadlines, quiet_s=plan.late_s)
    late = (counted.last_at - back).total_seconds() if counted.last_at else 0
    return Deadlines(plan.deadlines, counted, away.seconds if away else 0, late)


def _doubled(side: Side, plan: Plan) -> int:
    """How many of the runs that were executed twice at once had their effect twice."""
    pool = {"is_paused": True}
    side.machine.api.patch("/work_pools/journeys", json=pool).raise_for_status()
    labels = side.labels("double", plan.trials)
    for label in labels:
        _execute_twice(side, side.scheduled_run(label))
    counted = [side.counted([label]) for label in labels]
    assert all(one.acted for one in counted), "a run had no effect at all"
    return sum(one.twice > 0 for one in counted)


def _execute_twice(side: Side, run_id: str) -> None:
    """Raises AssertionError unless both executions began the flow: else nothing was tried."""
    command = [sys.executable, "-m", "prefect", "flow-run", "execute", run_id]
    environment = {**os.environ, **side.environment, "PREFECT_LOGGING_LEVEL": "INFO"}
    running = [
        subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for _ in range(TOGETHER)
    ]
    said = [one.communicate(timeout=120)[0] for one in running]
    begun = sum(BEGUN in text for text in said)
    assert begun == TOGETHER, f"only {begun} executions began: {said}"
