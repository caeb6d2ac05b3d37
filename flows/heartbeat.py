"""Heartbeat: once a minute, fire what is due and wake again what was not answered."""

from prefect import flow

from tasks.timers import fire_due, wake_again


@flow(name="heartbeat", flow_run_name="heartbeat")
async def heartbeat() -> str:
    """Fire due timers, and have work that is owed for over a minute woken again."""
    fired = await fire_due()
    woken = await wake_again()
    return f"{fired} timers fired, {woken} woken again"
