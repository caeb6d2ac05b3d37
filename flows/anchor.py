"""Anchor: every hour, sign what the record holds now and keep that outside the database."""

from typing import Any

from prefect import State, flow

from tasks.anchors.run import run_anchor


@flow(name="anchor", flow_run_name="anchor")
async def anchor() -> str | State[Any]:
    """Make one anchor; the run fails when a place did not keep it."""
    return await run_anchor()
