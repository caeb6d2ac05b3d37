"""Simulated time: as far on as the slowest journey, never further."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from atmpflow.events.after import FollowUpDue
from atmpflow.journey import Facts
from atmpflow.waits import next_visit


def local_time(facts: Facts) -> datetime | None:
    """How far a journey has come; one that waits for a visit is as far as the visit."""
    visit = next_visit(facts) if facts.stage == "follow_up" else None
    announced = {event.day for _, event in facts.all(FollowUpDue)}
    if visit and visit.day not in announced and facts.since:
        return max(visit.due_at, facts.since)
    return facts.since


def safe_time(journeys: Iterable[Facts]) -> datetime | None:
    """The moment that every open journey has reached: no timer before it is still to come."""
    return min((at for facts in journeys if (at := local_time(facts))), default=None)


def set_clock(file: Path, at: datetime) -> None:
    """Move the simulated clock."""
    partial = file.with_suffix(".part")
    partial.write_text(at.isoformat(), encoding="ascii")
    partial.replace(file)
