"""Verify: every night, hold the tables against the invariants and against their own ledger."""

from typing import Any

from prefect import State, flow

from tasks.verify_run import run_verify


@flow(name="verify", flow_run_name="verify")
async def verify() -> str | State[Any]:
    """Check every invariant and replay every ledger; the run fails when one does not hold."""
    return await run_verify()
