"""Collection: hold what was collected against the product's minimum."""

from prefect import flow

from tasks.form import Journey
from tasks.run import run_stage


@flow(name="collection", flow_run_name="collection")
async def collection(journey: Journey = "") -> str:
    """Hold what was collected against the product's minimum."""
    return await run_stage("collection", journey)
