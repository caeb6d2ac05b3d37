"""Shipment to the centre: book the courier for the product, and judge the leg on arrival."""

from prefect import flow

from tasks.cold_chain import assess_shipment
from tasks.form import Journey
from tasks.requests import book_courier
from tasks.run import run_stage


@flow(name="delivery", flow_run_name="delivery")
async def delivery(journey: Journey = "") -> str:
    """Book the courier for the product, and judge the leg when it has arrived."""
    return await run_stage("delivery", journey, book_courier, assess_shipment)
