"""The form of a duty: who owes what within what time of an event, and by which source."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from atmpflow.journey import Recorded
from atmpflow.people import Role

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

OPERATIONAL = "operational default"
"""Source of a clock that no regulation sets; a centre may want it shorter."""


@dataclass(frozen=True, slots=True)
class Owed:
    """A duty that an event opens: who owes what within what time of the event, and why."""

    kind: str
    title: str
    owner: Role
    within: timedelta
    source: str = OPERATIONAL
    since: Callable[[Any, Recorded], datetime] | None = None
    """Where the clock does not start when the event happened: the moment it does."""
    when: Callable[[Any], bool] | None = None
    """Where not every event of the kind opens it."""


def inform(
    owner: Role,
    within: timedelta = DAY,
    source: str = OPERATIONAL,
    when: Callable[[Any], bool] | None = None,
) -> Owed:
    """Somebody must have been told; they answer that they have read it."""
    kind = f"inform-{owner.value}"
    return Owed(kind, "Read what happened", owner, within, source, when=when)
