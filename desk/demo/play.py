"""Playing the site: refer from files, answer each wait by its command, move simulated time."""

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from rich.console import Console
from rich.live import Live
from sqlalchemy import Engine

from atmpflow.errors import Refused
from atmpflow.events.after import FollowUpDue, FollowUpRecorded
from atmpflow.journey import Facts
from atmpflow.people import Role
from atmpflow.waits import engine_owes, next_visit
from deployments.events import EventPost, Unavailable
from desk.demo.clock import safe_time, set_clock
from desk.demo.table import progress
from desk.simulation.people import actor
from desk.simulation.step import play_one, present
from desk.simulation.stock import shelf
from desk.stories.play import play_one as play_story_one
from desk.stories.play import reached, refer, told
from desk.stories.story import Story, beside
from models.database import transaction
from models.stock import shelve
from tasks import clock
from tasks.open import open_from_file

LOOK_EVERY_S = 0.05
PATIENCE_S = 180.0
"""Without any journey moving for so long, the demonstration gives up."""


@dataclass
class Course:
    """One journey of the demonstration."""

    facts: Facts
    began: float
    ended: float | None = None
    looked_at: int = 0
    """The version at which the site last did what it could."""

    @property
    def seconds(self) -> float:
        return (self.ended or time.monotonic()) - self.began

    def summary(self) -> dict[str, Any]:
        return {
            "journey": str(self.facts.journey),
            "coi": self.facts.coi,
            "pathway": self.facts.product.pathway,
            "product": self.facts.product.code,
            "last_stage": self.facts.stage,
            "events": self.facts.version,
            "seconds": round(self.seconds, 2),
        }


@dataclass
class Played:
    """What became of all journeys, and what was refused at the door."""

    courses: dict[UUID, Course] = field(default_factory=dict)
    refused: list[Refused] = field(default_factory=list)

    @property
    def finished(self) -> bool:
        return bool(self.courses) and all(one.ended for one in self.courses.values())

    def summary(self) -> dict[str, Any]:
        courses = [one.summary() for one in self.courses.values()]
        return {
            "simulated": True,
            "finished": self.finished,
            "journeys": courses,
            "events": sum(one["events"] for one in courses),
            "refused": [one.code for one in self.refused],
        }


def at_end(facts: Facts) -> bool:
    """The demonstration follows a journey to its first recorded follow-up visit."""
    return bool(facts.ended) or facts.last(FollowUpRecorded) is not None


def _waits_for_reminder(facts: Facts) -> bool:
    """Does the next visit still have to be announced by its timer?"""
    visit = next_visit(facts) if facts.stage == "follow_up" else None
    announced = {event.day for _, event in facts.all(FollowUpDue)}
    return visit is not None and visit.day not in announced


class Play:
    """The simulated site at work on one installation."""

    def __init__(
        self, engine: Engine, api_url: str, clock_file: Path, story: Story | None = None
    ) -> None:
        self._engine = engine
        self._api_url = api_url
        self._clock_file = clock_file
        self._story = story
        self._time: datetime | None = None
        self._played = Played()

    def run(self, files: list[Path], console: Console, *, limit: int | None) -> Played:
        """Refer from the files and play every journey to its first follow-up."""
        self._refer(files, limit)
        moved = time.monotonic()
        with Live(console=console, refresh_per_second=2, transient=False) as live:
            while not self._played.finished and time.monotonic() - moved < PATIENCE_S:
                if self._turn():
                    moved = time.monotonic()
                    live.update(progress(self._played.courses.values()))
                time.sleep(LOOK_EVERY_S)
        if not console.is_terminal:
            console.line()  # what a live table ends with on a terminal only
        return self._played

    def _refer(self, files: list[Path], limit: int | None) -> None:
        if self._story is not None:
            for journey in refer(self._engine, self._story):
                self._follow(journey)
            return
        shelve(self._engine, shelf(clock.wall(), batches=50))
        coordinator = actor(Role.COORDINATOR)
        for file in files:
            for one in open_from_file(self._engine, file.read_bytes(), file.name, coordinator):
                self._played.refused += one.refused
                if one.answer and (limit is None or len(self._played.courses) < limit):
                    self._follow(one.answer.journey)

    def _follow(self, journey: UUID) -> None:
        facts = present(self._engine, journey)
        self._played.courses[journey] = Course(facts, time.monotonic())

    def _tells(self, facts: Facts) -> bool:
        """Is this the journey that the story is about?"""
        return self._story is not None and facts.journey == next(iter(self._played.courses))

    def _at_end(self, facts: Facts) -> bool:
        return told(self._story, facts) if self._story and self._tells(facts) else at_end(facts)

    def _play(self, facts: Facts) -> None:
        if self._story and self._tells(facts):
            if not engine_owes(facts):
                play_story_one(self._engine, self._story, facts)
        elif self._story and (facts.hold is not None or self._story.shared):
            if not engine_owes(facts):
                play_story_one(self._engine, beside(self._story), facts)
        elif not _waits_for_reminder(facts):
            play_one(self._engine, facts)

    def _turn(self) -> bool:
        """Look at every journey that has moved since; true when any had."""
        open_courses = [one for one in self._played.courses.values() if not one.ended]
        versions = self._versions([one.facts.journey for one in open_courses])
        moved = [one for one in open_courses if self._advance(one, versions)]
        self._move_clock()
        return bool(moved)

    def _versions(self, journeys: list[UUID]) -> dict[UUID, int]:
        with transaction(self._engine) as connection:
            rows: Any = connection.execute(
                "SELECT id, version FROM journey WHERE id = ANY(%s)", (journeys,)
            ).fetchall()
        return dict(rows)

    def _advance(self, course: Course, versions: dict[UUID, int]) -> bool:
        journey = course.facts.journey
        if versions[journey] == course.looked_at:
            return False
        facts = present(self._engine, journey)
        course.looked_at = facts.version
        if not self._at_end(facts):
            self._play(facts)
            facts = present(self._engine, journey)
        course.facts = facts
        if self._at_end(facts):
            course.ended = time.monotonic()
        return True

    def _move_clock(self) -> None:
        open_journeys = [one.facts for one in self._played.courses.values() if not one.ended]
        at = self._reached(open_journeys)
        if at is None or at == self._time:
            return
        self._time = at
        set_clock(self._clock_file, at)
        if self._story or any(_waits_for_reminder(facts) for facts in open_journeys):
            asyncio.run(self._ask_for_a_beat())

    def _reached(self, open_journeys: list[Facts]) -> datetime | None:
        """As far as the slowest journey; a story whose clocks run out goes on alone."""
        if (
            self._story
            and [facts for facts in open_journeys if self._tells(facts)] == open_journeys
        ):
            return max((reached(self._story, facts) for facts in open_journeys), default=None)
        return safe_time(open_journeys)

    async def _ask_for_a_beat(self) -> None:
        """A heartbeat now: simulated days pass faster than its minute.

        Where Prefect is too busy to answer, that minute has to do.
        """
        event = {
            "id": str(uuid4()),
            "occurred": clock.wall().isoformat(),
            "event": "atmpflow.clock.advanced",
            "resource": {"prefect.resource.id": "atmpflow.clock"},
            "related": [],
            "payload": {},
        }
        async with EventPost(self._api_url) as post:
            with suppress(Unavailable):
                await post.post([event])
