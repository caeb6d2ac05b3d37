"""QP release: list what certification still misses; a Qualified Person decides."""

from prefect import flow

from tasks.form import Journey
from tasks.run import run_stage


@flow(name="release", flow_run_name="release")
async def release(journey: Journey = "") -> str:
    """List what certification still misses; a Qualified Person decides."""
    return await run_stage("release", journey)
