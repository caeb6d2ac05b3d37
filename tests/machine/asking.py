"""Requests to be asked: what the site would send, and what it never should."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import strategies as st
from pydantic import ValidationError

from atmpflow.commands import COMMANDS
from atmpflow.commands.admission import Refer
from atmpflow.commands.after import FireTimer, LiftHold, PlaceHold
from atmpflow.commands.duties import FulfilDuty
from atmpflow.commands.identity import RelabelUnit
from atmpflow.duties import open_duties
from atmpflow.journey import Facts
from atmpflow.message import Command
from atmpflow.people import ENGINE, Actor, Role
from atmpflow.rules.administration import next_dose
from atmpflow.rules.labels import units_of
from atmpflow.waits import timers
from desk.simulation.people import actor
from tests.machine.oracle import Asked
from tests.machine.site import honest
from tests.machine.world import Patient, World
from tests.strategies import _field, contents

KINDS = [COMMANDS[name] for name in sorted(COMMANDS)]
SHIFTS = (
    timedelta(0),
    timedelta(minutes=-30),
    timedelta(days=-1),
    timedelta(days=-400),
    timedelta(minutes=4),
    timedelta(minutes=6),
    timedelta(days=30),
)
"""How far from now something is said to have happened: late, stale, and not yet."""

VERSIONS = (None, 0, 0, -1, 1, -10)
"""Expected versions, from the present one; none: not named."""

ENGINES = {kind for kind in KINDS if kind.roles == {Role.SYSTEM}}
"""What only the engine itself says: its contents are taken from its own acts, never made up."""


BESIDE = [PlaceHold, PlaceHold, RelabelUnit, RelabelUnit, FulfilDuty]
"""What people ask beside the course of a journey, and what ends none."""


def asked_of(
    command: Command, who: Actor, key: str, *, journey: UUID, expected: int | None
) -> Asked:
    """A request as the oracle reads it."""
    said = command.model_dump(mode="json")
    return Asked(command.name, said, who.id, who.role.value, key, journey, expected)


def sensible(
    world: World, patient: Patient, facts: Facts | None, kind: type[Command]
) -> Command | None:
    """A command of a kind as the site would send it for this patient now; none: not known how."""
    if kind is Refer:
        return patient.refer
    if facts is None:
        return next(iter(world.said.get(kind, ())), None)
    if facts.step is not None and facts.step.command is kind and facts.step.owner != Role.SYSTEM:
        try:
            return honest(facts, patient.number)[0]
        except (LookupError, AssertionError, IndexError):
            return None
    found = _of_its_own(world, facts, kind) or next(iter(world.said.get(kind, ())), None)
    return None if found is None else _about(found, facts, world.now)


def _of_its_own(world: World, facts: Facts, kind: type[Command]) -> Command | None:
    """What no walk has sent, because nothing went wrong on it."""
    if kind is FireTimer:
        due = sorted(timers(facts), key=lambda timer: timer.kind)
        return FireTimer(occurred_at=due[0].due_at, **_dict(due[0])) if due else None
    if kind is PlaceHold:
        return PlaceHold(occurred_at=world.now, reason="DEV-1")
    if kind is LiftHold:
        return LiftHold(occurred_at=world.now, reason="CAPA-1")
    if kind is FulfilDuty:
        owed = open_duties(facts)
        name = owed[0].name if owed else "inform-coordinator:1"
        return FulfilDuty(occurred_at=world.now, duty=name, reference="read")
    if kind is RelabelUnit:
        unit = next(iter(sorted(units_of(facts))), "U-1")
        return RelabelUnit(
            occurred_at=world.now,
            unit=unit,
            scanned_coi=facts.coi,
            label=f"L-{unit}",
            old_label="unreadable",
            reason="unreadable",
        )
    return None


def _dict(timer: Any) -> dict[str, Any]:
    return {"kind": timer.kind, "due_at": timer.due_at}


def _about(command: Command, facts: Facts, now: datetime) -> Command:
    """The same said of this journey, at present."""
    unit = next(iter(sorted(units_of(facts))), "U-1")
    right = {
        "occurred_at": now,
        "scanned_coi": facts.coi,
        "scanned_patient": facts.coi,
        "scanned_unit": unit,
        "dose": next_dose(facts),
    }
    fields = {name: value for name, value in right.items() if name in type(command).model_fields}
    return command.model_copy(update=fields)


def another(command: Command, other: Patient, units: tuple[str, ...]) -> Command:
    """The same with the labels of another patient's, whose ids look alike."""
    labels: dict[str, Any] = {"scanned_coi": other.coi, "scanned_patient": other.coi}
    if units:
        labels |= {"scanned_unit": units[0], "unit": units[0], "units": units}
    changed = {name: value for name, value in labels.items() if name in type(command).model_fields}
    return command.model_copy(update=changed)


def misread(text: str, at: int, letter: str) -> str:
    """A label with one wrong character."""
    place = at % len(text)
    return text[:place] + letter + text[place + 1 :]


def made_up(kind: type[Command]) -> st.SearchStrategy[Command]:
    """Any value that the command's own fields allow."""
    return contents(kind)


@st.composite
def disturbed(draw: st.DrawFn, base: Command) -> Command:
    """A sensible command with up to two fields made up."""
    kind = type(base)
    fields = draw(st.sets(st.sampled_from(sorted(kind.model_fields)), max_size=2))
    if not fields or kind in ENGINES:
        return base
    changes = {name: draw(_field(kind.model_fields[name])) for name in sorted(fields)}
    try:
        return kind.model_validate({**dict(base), **changes})
    except ValidationError:
        return base


@st.composite
def people(draw: st.DrawFn, kind: type[Command]) -> Actor:
    """Mostly somebody who may; at times a person who has done something else before."""
    right = sorted(kind.roles)
    role = draw(st.sampled_from([*right, *right, *Role]))
    if role is Role.SYSTEM:
        return ENGINE
    number = draw(st.integers(1, 2))
    if draw(st.integers(0, 5)) == 0:
        hands = draw(st.sampled_from([Role.MANUFACTURER, Role.QUALITY_CONTROL, Role.CHECKER]))
        return Actor(actor(hands, number).id, role)
    return actor(role, number)
