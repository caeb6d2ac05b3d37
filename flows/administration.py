"""Administration: hold the gate: certified, accepted, in date, consented, conditioned."""

from prefect import flow

from tasks.form import Journey
from tasks.run import run_stage


@flow(name="administration", flow_run_name="administration")
async def administration(journey: Journey = "") -> str:
    """Hold the gate: certified, accepted, in date, consented, conditioned."""
    return await run_stage("administration", journey)
