"""Panel approval: send the case to the approval panel or trial office."""

from prefect import flow

from tasks.form import Journey
from tasks.requests import submit_to_panel
from tasks.run import run_stage


@flow(name="approval", flow_run_name="approval")
async def approval(journey: Journey = "") -> str:
    """Send the case to the approval panel or trial office."""
    return await run_stage("approval", journey, submit_to_panel)
