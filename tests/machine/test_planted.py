"""The machine can fail: with a guard taken out, it says so before long."""

import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import atmpflow.decide
import models.record
from atmpflow.decisions import administration, after, manufacture, shipment
from atmpflow.events.after import HoldLiftAgreed, HoldLifted
from models.projection import PROJECTIONS
from models.projections import administration as projections
from models.record import Answer
from tests.machine.conftest import Made
from tests.machine.run import fresh, play
from tests.machine.world import World, enter

AT_MOST = 4_000
"""Steps within which each must be found."""

Plant = Callable[[pytest.MonkeyPatch], None]


def no_label_is_compared(patch: pytest.MonkeyPatch) -> None:
    for room in (shipment, manufacture, administration):
        patch.setattr(room, "mismatched", lambda *_, **__: [])


def everybody_may_do_everything(patch: pytest.MonkeyPatch) -> None:
    """Neither the command's roles nor anybody's appointments are asked."""
    patch.setattr(atmpflow.decide, "authorise", lambda *_: None)
    patch.setattr(models.record, "authorise", lambda *_: None)
    patch.setattr(models.record, "require_allowed", lambda *_: None)


def a_key_answers_for_other_content(patch: pytest.MonkeyPatch) -> None:
    def first(answered: Any, *_: Any) -> Answer:
        return Answer(answered[0], answered[1], (), repeated=True)

    patch.setattr(models.record, "_first_answer", first)


def one_person_lifts_a_hold(patch: pytest.MonkeyPatch) -> None:
    def lift(command: Any, _: Any, __: Any, who: Any) -> list[Any]:
        return [HoldLiftAgreed(person=who.id, reason=command.reason), HoldLifted()]

    patch.setattr(after, "lift_hold", lift)
    patch.setitem(atmpflow.decide.DECISIONS, after.ask.LiftHold, lift)


def nobody_asks_whose_turn_it_is(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(atmpflow.decide, "_require_turn", lambda *_: None)


def a_dose_leaves_its_unit_as_it_was(patch: pytest.MonkeyPatch) -> None:
    def given(*_: Any) -> Iterator[Any]:
        return iter(())

    kind = projections.administration.DoseAdministered
    patch.setitem(PROJECTIONS, kind, given)


PLANTS: tuple[Plant, ...] = (
    no_label_is_compared,
    everybody_may_do_everything,
    a_key_answers_for_other_content,
    one_person_lifts_a_hold,
    nobody_asks_whose_turn_it_is,
    a_dose_leaves_its_unit_as_it_was,
)
QUICK = PLANTS[:1]


@pytest.fixture(scope="module")
def world(made: Made) -> Iterator[World]:
    with made.copy() as database, enter(database, made.file) as world:
        yield world


def _found(world: World, plant: Plant) -> int:
    """After how many steps the machine has found it; more than AT_MOST when it has not."""
    machine = fresh(world)
    with pytest.MonkeyPatch.context() as patch:
        plant(patch)
        try:
            play(machine, 7, AT_MOST, shrink=False)
        except AssertionError:
            return machine.counts["steps"] + 1
    return sys.maxsize


@pytest.mark.parametrize("plant", QUICK, ids=lambda plant: plant.__name__)
def test_a_guard_that_is_missing_is_found(world: World, plant: Plant):
    assert _found(world, plant) <= AT_MOST


@pytest.mark.slow
@pytest.mark.parametrize("plant", PLANTS[1:], ids=lambda plant: plant.__name__)
def test_a_guard_that_is_missing_is_found_before_long(world: World, plant: Plant):
    assert _found(world, plant) <= AT_MOST
