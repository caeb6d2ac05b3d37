"""Every deadline fires once, whatever happened to the heartbeat in between."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from atmpflow.commands.after import PlaceHold
from atmpflow.events.after import DeadlinePassed, FollowUpDue, MaterialExpired
from atmpflow.people import Role
from atmpflow.waits import timers, waits_for
from desk.simulation.people import actor
from desk.simulation.step import present
from models.database import transaction
from models.work import due_timers
from tasks.timers import fire_all_due
from tests.conftest import Database
from tests.factories import (
    ask,
    finished,
    held,
    journey_at,
    lifted,
    step,
    walk,
)
from tests.factories import waits_for as waiting
from tests.models.rows import select

SECOND = timedelta(seconds=1)
OUTAGES = [timedelta(0), timedelta(minutes=2), timedelta(days=40), timedelta(days=400)]


def _running(database: Database, journey: UUID) -> set[tuple[Any, ...]]:
    rows = select(
        database.app,
        "SELECT kind, due_at FROM timer"
        " WHERE journey_id = %s AND fired_at IS NULL AND cancelled_at IS NULL",
        journey,
    )
    return set(rows)


@pytest.mark.parametrize("outage", OUTAGES)
def test_a_deadline_fires_once_after_an_outage_of_any_length(
    own_database: Database, outage: timedelta
):
    facts = journey_at(own_database.app, "record-screening")
    wait = waits_for(facts)
    assert wait is not None
    own_database.set_clock(wait.until - SECOND)
    assert fire_all_due() == 0
    own_database.set_clock(wait.until + outage)
    assert fire_all_due() == 1
    assert fire_all_due() == 0
    after = present(own_database.app, facts.journey)
    ((row, passed),) = after.all(DeadlinePassed)
    assert (passed.awaited, passed.due_at) == ("record-screening", wait.until)
    assert row.occurred_at == wait.until
    assert (after.stage, after.position) == (facts.stage, facts.position)


def test_a_step_done_in_time_cancels_its_deadline(own_database: Database):
    facts = journey_at(own_database.app, "record-screening")
    wait = waits_for(facts)
    assert wait is not None
    after = step(own_database.app, facts)
    own_database.set_clock(wait.until)
    fire_all_due()
    passed = present(own_database.app, facts.journey).all(DeadlinePassed)
    assert "record-screening" not in {event.awaited for _, event in passed}
    assert wait.until not in {due_at for _, due_at in _running(own_database, after.journey)}
    with transaction(own_database.app) as connection:
        listed = due_timers(connection, wait.until, limit=500)
    # A cancelled one that stayed on this list would in time fill it, and nothing else would fire.
    assert listed == []


def test_material_expires_once_and_a_new_collection_has_a_new_expiry(own_database: Database):
    facts = journey_at(own_database.app, "start-manufacture", "aucatzyl")
    expires = next(timer.due_at for timer in timers(facts) if timer.kind == "material-expires")
    own_database.set_clock(expires)
    fire_all_due()
    fire_all_due()
    after = present(own_database.app, facts.journey)
    assert [event.due_at for _, event in after.all(MaterialExpired)] == [expires]


def test_timers_in_the_table_are_those_the_facts_ask_for_throughout_a_journey(
    own_database: Database,
):
    facts = journey_at(own_database.app, "confirm-eligibility", "aucatzyl")
    while facts.stage != "follow_up":
        asked = {(timer.kind, timer.due_at) for timer in timers(facts)}
        assert _running(own_database, facts.journey) == asked
        facts = step(own_database.app, facts)


def test_an_ended_journey_has_no_timers(own_database: Database):
    facts = finished(own_database.app, "holoclar")
    assert facts.ended
    assert _running(own_database, facts.journey) == set()


def test_a_deadline_that_passed_before_a_hold_does_not_come_again_after_it(
    own_database: Database,
):
    facts = journey_at(own_database.app, "start-manufacture")
    wait = waits_for(facts)
    assert wait is not None
    own_database.set_clock(wait.until)
    assert fire_all_due() == 1
    free = lifted(
        own_database.app, held(own_database.app, present(own_database.app, facts.journey))
    )
    assert waits_for(free) == wait
    assert fire_all_due() == 0
    assert not [due for _, due in _running(own_database, facts.journey) if due <= wait.until]


def test_a_hold_has_a_deadline_of_its_own(own_database: Database):
    facts = journey_at(own_database.app, "start-manufacture")
    assert facts.since is not None
    hold = PlaceHold(occurred_at=facts.since, reason="DEV-1")
    ask(own_database.app, facts, hold, actor(Role.COMPLIANCE))
    wait = waits_for(present(own_database.app, facts.journey))
    assert wait is not None
    own_database.set_clock(wait.until)
    assert fire_all_due() == 1
    (passed,) = present(own_database.app, facts.journey).all(DeadlinePassed)
    assert passed[1].awaited == "lift-hold"


def test_each_follow_up_visit_is_announced_once_and_its_timer_says_that_it_fired(
    own_database: Database,
):
    facts = journey_at(own_database.app, "record-follow-up")
    due = next(timer for timer in timers(facts) if timer.kind.startswith("follow-up:"))
    own_database.set_clock(due.due_at)
    fire_all_due()
    fire_all_due()
    after = present(own_database.app, facts.journey)
    assert [f"follow-up:{event.day}" for _, event in after.all(FollowUpDue)] == [due.kind]
    ((fired, cancelled),) = select(
        own_database.app,
        "SELECT fired_at, cancelled_at FROM timer WHERE journey_id = %s AND kind = %s",
        facts.journey,
        due.kind,
    )
    assert fired is not None
    assert cancelled is None


def test_a_crowd_of_deadlines_fires_whole(own_database: Database):
    journeys = [journey_at(own_database.app, "record-screening") for _ in range(12)]
    waits = [wait for facts in journeys if (wait := waits_for(facts))]
    own_database.set_clock(max(wait.until for wait in waits))
    assert fire_all_due() == 12
    assert fire_all_due() == 0
    walked = walk(own_database.app, journeys[0].journey, waiting("record-consent"))
    assert len(walked.all(DeadlinePassed)) == 1
