"""Order: order the product in the quantity that the weight asks for."""

from prefect import flow

from tasks.form import Journey
from tasks.requests import place_order
from tasks.run import run_stage


@flow(name="ordering", flow_run_name="ordering")
async def ordering(journey: Journey = "") -> str:
    """Order the product in the quantity that the weight asks for."""
    return await run_stage("ordering", journey, place_order)
