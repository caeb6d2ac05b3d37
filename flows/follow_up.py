"""Follow-up: lay out the visits of the product's plan, and tell when one is due."""

from prefect import flow

from tasks.form import Journey
from tasks.run import run_stage


@flow(name="follow_up", flow_run_name="follow_up")
async def follow_up(journey: Journey = "") -> str:
    """Lay out the visits of the product's plan, and tell when one is due."""
    return await run_stage("follow_up", journey)
