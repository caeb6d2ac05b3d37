"""Is an anchor due: none was made yet, the hourly one did not come, or a release is in none?"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine

from models.anchor import Head, read_heads, released_since
from models.database import transaction
from models.installation import installation
from tasks import clock
from tasks.anchors import where
from tasks.anchors.make import fullest, read_anchor
from tasks.anchors.places import Place

LONGEST = timedelta(minutes=65)
"""An hour, and five minutes for the schedule."""

SKEW = timedelta(minutes=5)
"""Clocks of several machines may differ by so much."""


def due(engine: Engine) -> str:
    """Why an anchor should be made now: `first`, `late` or `release`; empty when none is due."""
    with transaction(engine) as connection:
        ours = installation(connection)
    place = fullest([Place(folder, ours) for folder in where.folders()]) if ours else None
    newest = max(place.numbers(), default=0) if place else 0
    if place is None or not newest:
        return "first"
    says = read_anchor(place, newest).says()
    if clock.wall() - datetime.fromisoformat(says["at"]) > LONGEST:
        return "late"
    return "release" if _unheld(engine, place, newest, says) else ""


def _unheld(engine: Engine, place: Place, newest: int, says: dict[str, Any]) -> bool:
    """Is there a release that no anchor holds?"""
    with transaction(engine) as connection:
        released = released_since(connection, datetime.fromisoformat(says["until"]))
    if not released:
        return False
    held = _held(place, newest, since=released[0][2] - SKEW)
    versions = {journey: 0 for journey, _, _ in released}
    for journey, version, _ in held:
        if journey in versions:
            versions[journey] = max(versions[journey], version)
    return any(versions[journey] < version for journey, version, _ in released)


def _held(place: Place, newest: int, *, since: datetime) -> Iterator[Head]:
    """The heads that anchors made since a moment list."""
    for number in range(newest, 0, -1):
        anchor = read_anchor(place, number)
        if datetime.fromisoformat(anchor.says()["at"]) < since:
            return
        yield from read_heads(anchor.listed())
