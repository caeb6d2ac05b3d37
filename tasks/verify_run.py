"""What the nightly check does in Prefect: verify, leave artifacts, fail when not whole."""

import asyncio
from collections.abc import Sequence
from typing import Any

from prefect import State
from prefect.artifacts import acreate_table_artifact
from prefect.runtime import flow_run
from prefect.states import Failed

from models.database import transaction
from models.invariants.checker import Report, Violation
from models.observing import Seen, observe
from tasks import clock
from tasks.engine import engine
from tasks.verify import Line, lines, summary, verified

SHOWN = 200
"""Violations that an artifact names; all of them are counted."""


async def run_verify() -> str | State[Any]:
    """Check everything and leave what was found as artifacts; a failed state when not whole."""
    report = await asyncio.to_thread(verified, engine())
    await asyncio.to_thread(_keep, report)
    if flow_run.id is not None:
        await _leave_artifacts(report)
    said = summary(report)
    return Failed(message=said) if report.violations else said


def _keep(report: Report) -> None:
    """When the record was verified and how it stood is looked at by the compliance checks."""
    well = not report.violations
    with transaction(engine()) as connection:
        observe(connection, Seen("trail", clock.wall(), well, summary(report)))


async def _leave_artifacts(report: Report) -> None:
    await acreate_table_artifact(
        key="invariants",
        table=[_row(line) for line in lines(report)],
        description=f"The invariants of the tables: {summary(report)}.",
    )
    if report.violations:
        await acreate_table_artifact(
            key="violations",
            table=_violation_rows(report.violations),
            description=f"What does not hold, the first {SHOWN} of {len(report.violations)}.",
        )


def _row(line: Line) -> dict[str, str]:
    one = line.invariant
    return {
        "number": one.number,
        "name": one.name,
        "state": line.state,
        "violations": str(line.violations),
        "proves": one.proves,
        "beyond the tables": one.beyond,
        "not yet": one.not_yet,
        "source": one.source,
    }


def _violation_rows(violations: Sequence[Violation]) -> list[dict[str, str]]:
    return [
        {
            "number": one.number,
            "name": one.name,
            "journey": f"[{one.journey}](/events?resource=atmpflow.journey.{one.journey})"
            if one.journey
            else "",
            "found": one.found,
        }
        for one in violations[:SHOWN]
    ]
