"""The form of a pathway: stages, each of steps that a journey waits for one after the other."""

from dataclasses import dataclass
from datetime import timedelta

from atmpflow.message import Command
from atmpflow.people import Role

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Step:
    """One thing a journey waits for: a command, its owner, and the events that end the wait."""

    command: type[Command]
    owner: Role
    ended_by: tuple[str, ...]
    within: timedelta = 2 * DAY
    also: tuple[type[Command], ...] = ()
    """Commands that are also right while this step waits (a correction, a way out)."""
    returns_on: tuple[str, ...] = ()
    """Events that bring the journey back to wait for this step again."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A named part of a pathway; has one flow of the same name."""

    name: str
    title: str
    steps: tuple[Step, ...]
    also: tuple[type[Command], ...] = ()
    """Commands that are right at every step of the stage (a way out, a change of plan)."""


def engine(command: type[Command], *ended_by: str) -> Step:
    """A step the engine does itself, at once."""
    return Step(command, Role.SYSTEM, ended_by, within=HOUR)
