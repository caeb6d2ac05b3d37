"""HLA match and allocation: reserve the shortest-dated stock that matches the patient."""

from prefect import flow

from tasks.form import Journey
from tasks.run import run_stage
from tasks.stock import allocate_unit


@flow(name="matching", flow_run_name="matching")
async def matching(journey: Journey = "") -> str:
    """Reserve the shortest-dated stock that matches the patient."""
    return await run_stage("matching", journey, allocate_unit)
