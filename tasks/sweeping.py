"""What a scheduled compliance run does in Prefect: look, sweep, leave artifacts, tell."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from smtplib import SMTPException

from prefect import State
from prefect.artifacts import acreate_markdown_artifact, acreate_table_artifact
from prefect.runtime import flow_run
from prefect.states import Failed

from models.compliance.sweep import Moments, Swept, sweep
from models.database import transaction
from tasks import clock
from tasks.digest import Digest, digest_of, markdown
from tasks.engine import engine
from tasks.mail import file, mail, notify
from tasks.observing import observe_all

ALWAYS_SENT = ("daily", "weekly")
"""An hourly digest is sent only when it has news."""


async def run_compliance(cadence: str, *, everything: bool = False) -> str | State[object]:
    """Run the checks of a cadence; a failed state when a check could not be run."""
    await observe_all()
    began = clock.wall()
    swept = await asyncio.to_thread(swept_now, cadence, everything=everything)
    digest = await asyncio.to_thread(_digest, began)
    await _leave_artifacts(swept, digest)
    sent = await _send(swept, digest)
    said = summary(swept) + (f"; {sent}" if sent else "")
    return Failed(message=said) if swept.broken else said


def swept_now(cadence: str, *, everything: bool = False) -> Swept:
    """One sweep of this moment."""
    return sweep(engine(), cadence, Moments(clock.now(), clock.wall()), everything=everything)


def _digest(since: datetime) -> Digest:
    with transaction(engine()) as connection:
        return digest_of(connection, clock.wall(), new_since=since)


def summary(swept: Swept) -> str:
    """One line: how many checks looked at what, and what became of their findings."""
    did, looked = swept.outcome, swept.looked
    where = "everything" if looked is None else f"{looked} journeys"
    said = f"{swept.cadence}: {len(swept.checks)} checks over {where}: {did.opened} opened, "
    said += f"{did.open} open, {did.closed} closed, {did.escalated} escalated"
    return said + (f"; could not be run: {', '.join(sorted(swept.broken))}" if swept.broken else "")


async def _leave_artifacts(swept: Swept, digest: Digest) -> None:
    if flow_run.id is None:
        return
    await acreate_table_artifact(
        key=f"compliance-{swept.cadence}",
        table=[
            {
                "check": one.id,
                "title": one.title,
                "regulation": one.regulation,
                "severity": one.severity,
                "owner": one.owner,
                "found": swept.broken.get(one.id) or str(swept.found.get(one.id, 0)),
            }
            for one in swept.checks
        ],
        description=summary(swept),
    )
    await acreate_markdown_artifact(
        key="findings", markdown=markdown(digest), description=digest.subject
    )


async def _send(swept: Swept, digest: Digest) -> str:
    news = swept.outcome.opened or swept.outcome.escalated
    if swept.cadence not in ALWAYS_SENT and not news:
        return ""
    done = [await asyncio.to_thread(_tried, way, digest) for way in (file, mail)]
    done.append(await _notified(digest))
    return ", ".join(filter(None, done))


def _tried(way: Callable[[Digest], str], digest: Digest) -> str:
    """A server that is away must not make the run fail: the findings are on record."""
    try:
        return way(digest)
    except (OSError, SMTPException) as error:
        return f"not sent ({type(error).__name__})"


async def _notified(digest: Digest) -> str:
    """A block is somebody else's code: whatever it raises, the findings are on record."""
    try:
        return await notify(digest)
    except Exception as error:
        return f"not notified ({type(error).__name__})"
