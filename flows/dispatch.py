"""Shipment out: book the courier for the material, and judge the leg when it has arrived."""

from prefect import flow

from tasks.cold_chain import assess_shipment
from tasks.form import Journey
from tasks.requests import book_courier
from tasks.run import run_stage


@flow(name="dispatch", flow_run_name="dispatch")
async def dispatch(journey: Journey = "") -> str:
    """Book the courier for the material, and judge the leg when it has arrived."""
    return await run_stage("dispatch", journey, book_courier, assess_shipment)
