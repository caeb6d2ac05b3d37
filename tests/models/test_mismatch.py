"""A label of another journey stops both, whatever happens between the two."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine

import tasks.mismatch
from atmpflow.commands.identity import RelabelUnit
from atmpflow.duties import open_duties
from atmpflow.errors import Refused
from atmpflow.events.collection import CollectionCompleted
from atmpflow.events.identity import JourneyImplicated, LabelMismatched
from atmpflow.journey import Facts
from atmpflow.people import Actor, Role
from desk.simulation.people import actor
from desk.simulation.step import present
from models.database import transaction
from models.mismatch import untold
from tasks import clock
from tasks.mismatch import hold_others
from tests.conftest import Database
from tests.factories import ask, engine_steps, journey_at, lifted, move_of, refused, step
from tests.invariants.conftest import CALM
from tests.invariants.stories import ended_by_withdrawal
from tests.invariants.test_whole import broken


class _Killed(BaseException):
    """The process dies here."""


@pytest.fixture
def pair(database: Database) -> tuple[Facts, Facts]:
    """Two journeys whose bags stand side by side before manufacture."""
    app = database.app
    return journey_at(app, "start-manufacture"), journey_at(app, "start-manufacture")


def _swap(app: Engine, mine: Facts, theirs: Facts) -> None:
    """The other patient's bag is scanned for this journey's batch."""
    wrong = move_of(theirs).command.model_copy(update={"occurred_at": mine.since})
    ask(app, mine, wrong, actor(Role.MANUFACTURER))


def _hold(app: Engine, journey: UUID) -> Any:
    hold = present(app, journey).hold
    return type(hold.event) if hold else None


def test_both_journeys_are_held_by_the_reaction_and_both_teams_are_told(
    database: Database, pair: tuple[Facts, Facts]
):
    app, (mine, theirs) = database.app, pair
    _swap(app, mine, theirs)
    assert _hold(app, mine.journey) is LabelMismatched
    engine_steps(app, present(app, mine.journey))
    assert _hold(app, theirs.journey) is JourneyImplicated
    for one in pair:
        owners = {duty.owner for duty in open_duties(present(app, one.journey))}
        assert owners >= {Role.PHYSICIAN, Role.LABORATORY}


def test_a_crash_between_the_two_holds_does_not_lose_the_second(
    database: Database, pair: tuple[Facts, Facts], monkeypatch: pytest.MonkeyPatch
):
    app, (mine, theirs) = database.app, pair
    _swap(app, mine, theirs)

    def die(*_: object) -> bool:
        raise _Killed

    monkeypatch.setattr(tasks.mismatch, "_hold", die)
    with pytest.raises(_Killed):
        engine_steps(app, present(app, mine.journey))
    assert _hold(app, theirs.journey) is None
    assert theirs.journey in _missed(database)
    monkeypatch.undo()
    assert hold_others(app) >= 1  # the heartbeat's way, whoever died
    assert _hold(app, theirs.journey) is JourneyImplicated
    version = present(app, theirs.journey).version
    assert hold_others(app) == 0
    assert present(app, theirs.journey).version == version
    assert theirs.journey not in _missed(database)
    with transaction(app) as connection:
        assert untold(connection) == []


def _missed(database: Database) -> set[UUID | None]:
    """Journeys that the checker would have had stopped by now."""
    impatient = replace(CALM, wall=clock.wall() + timedelta(minutes=1), patience=timedelta(0))
    found = broken(database, impatient)
    return {one.journey for one in found if one.number == "02"}


def test_nobody_else_is_held_for_a_label_that_is_nobodys(database: Database):
    app = database.app
    mine = journey_at(app, "start-manufacture")
    wrong = move_of(mine).command.model_copy(update={"scanned_unit": "NOBODYS-UNIT"})
    ask(app, mine, wrong, actor(Role.MANUFACTURER))
    assert _hold(app, mine.journey) is LabelMismatched
    assert hold_others(app, mine.journey) == 0


def test_a_journey_that_has_ended_is_told_too(database: Database, pair: tuple[Facts, Facts]):
    app, (mine, theirs) = database.app, pair
    ended_by_withdrawal(app, theirs)
    _swap(app, mine, theirs)
    assert hold_others(app, mine.journey) == 1
    told = present(app, theirs.journey)
    assert (told.ended, type(told.history[-1].event)) == ("withdrawn", JourneyImplicated)
    assert hold_others(app, mine.journey) == 0


def _relabel(facts: Facts, label: str) -> RelabelUnit:
    collected = facts.last(CollectionCompleted)
    assert collected is not None
    return RelabelUnit(
        occurred_at=facts.history[-1].occurred_at,
        unit=collected.unit,
        scanned_coi=facts.coi,
        label=label,
        old_label="unreadable",
        reason="wrong-label",
    )


def test_after_a_new_label_and_two_who_agree_the_right_bag_is_used(
    database: Database, pair: tuple[Facts, Facts]
):
    app, (mine, theirs) = database.app, pair
    _swap(app, mine, theirs)
    for number in (1, 2):
        now = present(app, mine.journey)
        ask(app, now, _relabel(now, f"L-{mine.coi}"), Actor(f"person-{number}", Role.LABORATORY))
    went_on = step(app, lifted(app, present(app, mine.journey)))
    assert went_on.step is not None
    assert went_on.step.command.name == "complete-manufacture"
    with transaction(app) as connection:
        row: Any = connection.execute(
            "SELECT version, old_label, first_person, second_person FROM unit_label"
            " WHERE journey_id = %s",
            (mine.journey,),
        ).fetchone()
    assert row == (2, "unreadable", "person-1", "person-2")


def test_one_label_is_not_put_on_two_units(database: Database, pair: tuple[Facts, Facts]):
    app = database.app
    for one in pair:
        ask(app, one, _relabel(one, f"SAME-{pair[0].coi}"), Actor("person-1", Role.LABORATORY))
    first, second = (present(app, one.journey) for one in pair)
    command = _relabel(first, f"SAME-{pair[0].coi}")
    ask(app, first, command, Actor("person-2", Role.LABORATORY))
    again = _relabel(second, f"SAME-{pair[0].coi}")
    assert refused(app, second, again, Actor("person-2", Role.LABORATORY)).code == "label-taken"


def test_the_database_knows_no_label_that_one_person_put_on_alone(
    database: Database, pair: tuple[Facts, Facts]
):
    collected = pair[0].last(CollectionCompleted)
    assert collected is not None
    with pytest.raises(Exception, match="unit_label_four_eyes"), transaction(database.app) as one:
        one.execute(
            "INSERT INTO unit_label VALUES (%s, 2, %s, 'L', 'old', 'damaged', 'a', 'a', now())",
            (collected.unit, pair[0].journey),
        )


def test_a_misread_label_changes_nothing(database: Database, pair: tuple[Facts, Facts]):
    mine = pair[0]
    wrong = move_of(mine).command.model_copy(update={"scanned_coi": "ATF-0000-0000-0000-2"})
    found: Refused = refused(database.app, mine, wrong, actor(Role.MANUFACTURER))
    assert (found.code, found.field) == ("scan-unreadable", "scanned_coi")
    assert present(database.app, mine.journey).version == mine.version
