"""Nothing is missing and nothing is left over: commands, decisions, events, stages and steps."""

from itertools import chain
from types import ModuleType
from typing import Any

import pytest

from atmpflow import commands, events
from atmpflow.commands import COMMANDS
from atmpflow.commands.admission import Refer
from atmpflow.course import AFTER_THE_END, AT_ANY_TIME, ENDINGS, REOPENED, WHILE_HELD
from atmpflow.decide import DECISIONS
from atmpflow.events import EVENTS
from atmpflow.message import Command, Event
from atmpflow.pathways import STAGE_NAMES, Stage, stages_of
from atmpflow.people import Role
from atmpflow.products.catalogue import catalogue
from desk.simulation.site import PLAYS
from models.projection import PROJECTIONS
from tests.memory import whole

PRODUCTS = sorted(catalogue())
STAGES: dict[str, Stage] = {
    stage.name: stage for product in catalogue().values() for stage in stages_of(product)
}
STEPS = [
    step for product in catalogue().values() for stage in stages_of(product) for step in stage.steps
]
BY_HAND = {
    "record-temperature-log",
    "decide-deviation",
    "reject-batch",
    "order-remake",
    "order-recollection",
    "order-replacement",
}
"""What the simulated site does elsewhere (the log's file), or only when something went wrong."""


def _kinds(parent: type, room: ModuleType) -> list[Any]:
    """Every class of a kind that a file of the room itself defines."""
    files = [found for found in vars(room).values() if isinstance(found, ModuleType)]
    return [
        kind
        for file in files
        for kind in vars(file).values()
        if isinstance(kind, type) and issubclass(kind, parent) and kind.__module__ == file.__name__
    ]


def test_every_command_has_a_decision_and_every_decision_a_command():
    assert set(DECISIONS) == set(COMMANDS.values()) - {Refer}


def test_no_name_is_given_twice():
    defined = _kinds(Command, commands)
    assert len({kind.name for kind in defined}) == len(defined) == len(COMMANDS)
    happened = _kinds(Event, events)
    assert len({kind.name for kind in happened}) == len(happened) == len(EVENTS)


def test_every_event_that_a_pathway_names_exists():
    named = chain.from_iterable((*step.ended_by, *step.returns_on) for step in STEPS)
    assert {*named, *ENDINGS, *REOPENED} <= set(EVENTS)


def test_every_stage_is_listed_and_used():
    assert set(STAGES) == set(STAGE_NAMES)
    assert len(set(STAGE_NAMES)) == len(STAGE_NAMES)


def test_every_step_can_be_asked_by_its_owner():
    assert [step.command.name for step in STEPS if step.owner not in step.command.roles] == []


def test_every_command_has_a_place_in_some_pathway():
    asked = {step.command for step in STEPS} | set(chain.from_iterable(s.also for s in STEPS))
    asked |= set(chain.from_iterable(stage.also for stage in STAGES.values()))
    assert asked | AT_ANY_TIME | {Refer} == set(COMMANDS.values())


def test_what_is_right_while_held_is_right_at_any_time():
    assert AFTER_THE_END <= WHILE_HELD <= AT_ANY_TIME


def test_every_field_that_people_fill_in_has_a_title():
    untitled = [
        f"{name}.{field}"
        for name, kind in COMMANDS.items()
        for field, info in kind.model_fields.items()
        if not info.title and kind.roles != {Role.SYSTEM}
    ]
    assert untitled == []


def test_the_simulated_site_plays_every_step_of_a_person():
    owed = {step.command.name for step in STEPS if step.owner is not Role.SYSTEM}
    assert owed - {kind.name for kind in PLAYS} <= BY_HAND


def test_every_projection_is_of_an_event_and_every_table_is_filled():
    assert set(PROJECTIONS) <= set(EVENTS.values())


@pytest.mark.parametrize("product", PRODUCTS)
def test_every_product_reaches_its_end_through_every_stage(product: str):
    states = whole(product)
    passed = list(dict.fromkeys(facts.stage for facts in states))
    assert passed == [stage.name for stage in stages_of(catalogue()[product])]
    assert states[-1].ended == "completed"
    waited = {facts.step.command for facts in states if facts.step}
    steps = {step.command for stage in stages_of(catalogue()[product]) for step in stage.steps}
    assert {kind.name for kind in steps - waited} <= BY_HAND


@pytest.mark.parametrize("product", PRODUCTS)
def test_every_event_of_a_journey_moves_it_or_tells_somebody_something(product: str):
    states = whole(product)
    assert [facts.version for facts in states] == sorted({facts.version for facts in states})
    assert all(facts.step is not None for facts in states[:-1])
    assert states[-1].step is None
