"""Conditioning: let conditioning begin only when the product is released and on site."""

from prefect import flow

from tasks.form import Journey
from tasks.run import run_stage


@flow(name="conditioning", flow_run_name="conditioning")
async def conditioning(journey: Journey = "") -> str:
    """Let conditioning begin only when the product is released and on site."""
    return await run_stage("conditioning", journey)
