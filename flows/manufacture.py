"""Manufacture: give the batch its number and tell the manufacturer."""

from prefect import flow

from tasks.batch import open_batch
from tasks.form import Journey
from tasks.run import run_stage


@flow(name="manufacture", flow_run_name="manufacture")
async def manufacture(journey: Journey = "") -> str:
    """Give the batch its number and tell the manufacturer."""
    return await run_stage("manufacture", journey, open_batch)
