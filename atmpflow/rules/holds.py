"""Was the journey on hold then? What a hold holds back has not happened during one either.

Source: domain rule: nothing moves until two people have agreed; MHRA GxP data integrity 2018
(contemporaneous): an earlier time does not undo a hold.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from atmpflow.commands import administration, manufacture, shipment
from atmpflow.events.after import HoldLifted
from atmpflow.journey import HOLDS, Facts
from atmpflow.message import Command

HELD_BACK = frozenset(
    {
        shipment.AcceptProduct,
        manufacture.StartManufacture,
        manufacture.CertifyBatch,
        administration.StartConditioning,
        administration.PrescribeDose,
        administration.CheckIdentity,
        administration.ThawProduct,
        administration.PrepareDose,
        administration.AdministerDose,
    }
)
"""Steps towards the patient. What else happened on the way meanwhile (a delivery, a test's result)
did happen, and is recorded with its own time once the hold is lifted."""

MOMENTS = ("occurred_at", "began_at", "started_at")
"""Fields of a command that say when its step happened."""


@dataclass(frozen=True, slots=True)
class Held:
    """From the first reason of a hold until just before the second person had agreed."""

    since: datetime
    until: datetime


def holds(facts: Facts) -> Iterator[Held]:
    """Every hold that was lifted, oldest first."""
    since: datetime | None = None
    for row in facts.history:
        if isinstance(row.event, HOLDS):
            since = row.occurred_at if since is None else min(since, row.occurred_at)
        elif isinstance(row.event, HoldLifted) and since is not None:
            yield Held(since, row.occurred_at)
            since = None


def held_during(command: Command, facts: Facts) -> Held | None:
    """The hold during which a step towards the patient is said to have happened, if any."""
    if type(command) not in HELD_BACK:
        return None
    said = [getattr(command, name) for name in MOMENTS if hasattr(command, name)]
    return next(
        (one for one in holds(facts) if any(one.since <= at < one.until for at in said)), None
    )


def resumed(facts: Facts) -> datetime | None:
    """Since when the present step can be taken: since it is waited for, or the hold was lifted."""
    lifted = [one.until for one in holds(facts)]
    return max([facts.since, *lifted]) if facts.since else None


def newest_reason(facts: Facts) -> datetime | None:
    """When the newest reason of the open hold came up."""
    hold = facts.hold
    rows = (row for row in facts.history if hold and row.seq >= hold.seq)
    return max((row.occurred_at for row in rows if isinstance(row.event, HOLDS)), default=None)
