"""Monitoring: set the observation period of the product after the last dose."""

from prefect import flow

from tasks.form import Journey
from tasks.run import run_stage


@flow(name="monitoring", flow_run_name="monitoring")
async def monitoring(journey: Journey = "") -> str:
    """Set the observation period of the product after the last dose."""
    return await run_stage("monitoring", journey)
