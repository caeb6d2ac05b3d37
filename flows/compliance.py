"""Compliance: every hour, day and week, hold the record against the rules and tell who must act."""

from typing import Any

from prefect import State, flow

from tasks.sweeping import run_compliance


@flow(name="compliance", flow_run_name="compliance {cadence}")
async def compliance(cadence: str = "hourly", *, everything: bool = False) -> str | State[Any]:
    """Run the checks of a cadence; the run fails when one of them could not be run."""
    return await run_compliance(cadence, everything=everything)
