"""Every story ends right: nothing broken, nothing lost, nobody waiting for nothing."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine

from atmpflow.journey import Facts
from atmpflow.waits import waits_for
from desk.stories.book import STORIES
from desk.stories.page import page
from desk.stories.play import tell
from models.database import transaction
from models.invariants.checker import Circumstances, check
from models.replay import compared_of, replay
from tasks.fhir_export import exported
from tests.conftest import Database, copied, serving
from tests.factories import engine_steps
from tests.fhir.r4 import backwards, bundle_faults
from tests.intake.samples import SCHEMA
from tests.models.rows import select


@pytest.fixture(scope="module")
def stage(
    prepared_database: Database, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    """A database of the stories' own."""
    with (
        copied(prepared_database, tmp_path_factory.mktemp("stories")) as database,
        serving(database),
    ):
        yield database


def _told(database: Database, name: str) -> tuple[Facts, dict[str, Any]]:
    def drain(app: Engine, facts: Facts) -> object:
        return engine_steps(app, facts)

    facts = tell(database.app, STORIES[name], drain=drain, set_clock=database.set_clock)
    return facts, page(database.app, STORIES[name], facts)


ALONE = {"missed-slot"}
"""Stories that move slots to where journeys of other stories may have theirs."""


@pytest.mark.parametrize("name", sorted(STORIES))
def test_a_story_ends_right(request: pytest.FixtureRequest, name: str):
    stage = request.getfixturevalue("own_database" if name in ALONE else "stage")
    before = _journeys(stage)
    facts, told = _told(stage, name)
    with transaction(stage.app) as connection:
        report = check(connection, Circumstances(now=_now(stage)))
    assert [one for one in report.violations if one.journey in (facts.journey, None)] == []
    with transaction(stage.app) as connection:
        assert compared_of(connection, sorted(_journeys(stage) - before)) == []
    wait = waits_for(facts)
    assert facts.ended or (wait and wait.owner and wait.until > wait.since)
    assert told["told"], "something went wrong, and nobody was told"
    assert all(one["done_at"] or one["overdue"] for one in told["told"])
    assert all(hold.get("until") or facts.ended for hold in told["held"])
    if SCHEMA.exists():
        bundle = exported(stage.app, facts.journey)
        assert [*bundle_faults(bundle), *backwards(bundle)] == []


def test_the_tables_of_all_stories_together_are_what_the_ledger_says(stage: Database):
    with transaction(stage.app) as connection:
        assert replay(connection) == []


def _journeys(database: Database) -> set[UUID]:
    return {row[0] for row in select(database.app, "SELECT id FROM journey")}


def _now(database: Database) -> datetime:
    return datetime.fromisoformat(Path(database.clock).read_text(encoding="ascii"))


def test_every_story_says_what_goes_wrong():
    for name, story in STORIES.items():
        assert story.name == name
        assert story.title
        assert story.goes_wrong.endswith(".")
        assert story.turns or story.beside
