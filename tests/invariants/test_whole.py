"""What the engine itself records breaks no invariant, on the happy road or off it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from sqlalchemy import Engine

from atmpflow.journey import Facts
from models.database import transaction
from models.invariants.checker import Circumstances, Violation, check
from models.replay import replay
from tasks import clock
from tasks.timers import fire_all_due
from tests.conftest import Database
from tests.factories import finished, journey_at
from tests.invariants.conftest import CALM, Record, record_of
from tests.invariants.stories import STORIES


def broken(database: Database, circumstances: Circumstances = CALM) -> list[Violation]:
    url = record_of(database).application
    with psycopg.connect(url) as connection:
        return list(check(connection, circumstances).violations)


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_a_story_that_leaves_the_happy_road_breaks_nothing(
    own_database: Database, story: Callable[[Engine], Facts]
):
    assert story(own_database.app).ended == STORIES[story]
    assert broken(own_database) == []
    with transaction(own_database.app) as connection:
        assert replay(connection) == []


def test_whole_journeys_of_every_pathway_break_nothing(record: Record):
    assert record.report().violations == []


def test_a_database_without_journeys_breaks_nothing(own_database: Database):
    assert broken(own_database) == []


def test_deadlines_that_passed_and_were_fired_break_nothing(own_database: Database):
    app = own_database.app
    for command in ("record-screening", "start-manufacture", "accept-product", "record-follow-up"):
        journey_at(app, command)
    finished(app, "zolgensma")
    late = datetime(2026, 1, 1, tzinfo=UTC)
    own_database.set_clock(late)
    patient = Circumstances(
        now=late, wall=clock.wall() + timedelta(hours=1), products=CALM.products
    )
    assert {one.number for one in broken(own_database, patient)} >= {"15"}
    assert fire_all_due() > 3
    assert broken(own_database, replace(CALM, now=late)) == []


def test_the_checker_can_change_nothing(record: Record):
    with psycopg.connect(record.application) as connection:
        check(connection, CALM)
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            connection.execute("UPDATE journey SET stage = stage")
