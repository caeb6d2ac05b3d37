"""Heartbeat: once a minute, fire what is due, watch shippers, wake what was not answered."""

from prefect import flow

from tasks.anchors.run import anchor_when_due
from tasks.live.run import complete_live_logs
from tasks.mismatch import hold_others_too
from tasks.prediction import watch_all_shippers
from tasks.recall import spread_recalls
from tasks.timers import fire_due, wake_again
from tasks.voiding import void_changed_signatures


@flow(name="heartbeat", flow_run_name="heartbeat")
async def heartbeat() -> str:
    """Fire due timers, hold what must be held, spread recalls, wake what is owed."""
    fired = await fire_due()
    await hold_others_too()
    await spread_recalls()
    await watch_all_shippers()
    await complete_live_logs()
    await void_changed_signatures()
    woken = await wake_again()
    anchored = await anchor_when_due()
    return f"{fired} timers fired, {woken} woken again{anchored}"
