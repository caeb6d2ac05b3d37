"""Quality control: hold every release test against its specification."""

from prefect import flow

from tasks.form import Journey
from tasks.run import run_stage


@flow(name="quality", flow_run_name="quality")
async def quality(journey: Journey = "") -> str:
    """Hold every release test against its specification."""
    return await run_stage("quality", journey)
