"""Slots: hold collection, courier, manufacture and bed on the first day all can."""

from prefect import flow

from tasks.calendar import book_slots
from tasks.form import Journey
from tasks.run import run_stage


@flow(name="scheduling", flow_run_name="scheduling")
async def scheduling(journey: Journey = "") -> str:
    """Hold collection, courier, manufacture and bed on the first day all can."""
    return await run_stage("scheduling", journey, book_slots)
