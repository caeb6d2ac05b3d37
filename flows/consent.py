"""Consent: check that every scope the pathway needs was agreed to, each on its own."""

from prefect import flow

from tasks.form import Journey
from tasks.run import run_stage


@flow(name="consent", flow_run_name="consent")
async def consent(journey: Journey = "") -> str:
    """Check that every scope the pathway needs was agreed to, each on its own."""
    return await run_stage("consent", journey)
