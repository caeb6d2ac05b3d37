"""Eligibility: hold what screening found against every criterion of the product."""

from prefect import flow

from tasks.form import Journey
from tasks.run import run_stage


@flow(name="eligibility", flow_run_name="eligibility")
async def eligibility(journey: Journey = "") -> str:
    """Hold what screening found against every criterion of the product."""
    return await run_stage("eligibility", journey)
