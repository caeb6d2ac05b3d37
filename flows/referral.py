"""Referral: take a referral on, and tell the referrer."""

from prefect import flow

from tasks.form import Journey
from tasks.run import run_stage


@flow(name="referral", flow_run_name="referral")
async def referral(journey: Journey = "") -> str:
    """Take a referral on, and tell the referrer."""
    return await run_stage("referral", journey)
