"""Heartbeat: once a minute, fire what is due and wake again what was not answered."""

from prefect import flow

from tasks.mismatch import hold_others_too
from tasks.timers import fire_due, wake_again


@flow(name="heartbeat", flow_run_name="heartbeat")
async def heartbeat() -> str:
    """Fire due timers, hold whose label was read elsewhere, wake again what is owed for long."""
    fired = await fire_due()
    await hold_others_too()
    woken = await wake_again()
    return f"{fired} timers fired, {woken} woken again"
