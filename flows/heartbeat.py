"""Heartbeat: once a minute, fire what is due, wake what was not answered, anchor a release."""

from prefect import flow

from tasks.anchors.run import anchor_when_due
from tasks.mismatch import hold_others_too
from tasks.recall import spread_recalls
from tasks.timers import fire_due, wake_again


@flow(name="heartbeat", flow_run_name="heartbeat")
async def heartbeat() -> str:
    """Fire due timers, hold whose label was read elsewhere, spread recalls, wake what is owed."""
    fired = await fire_due()
    await hold_others_too()
    await spread_recalls()
    woken = await wake_again()
    anchored = await anchor_when_due()
    return f"{fired} timers fired, {woken} woken again{anchored}"
