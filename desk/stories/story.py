"""One story: a product, and what the site does otherwise at which wait."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Engine

from atmpflow.commands.after import LiftHold
from atmpflow.commands.duties import FulfilDuty
from atmpflow.duties import announced, open_duties
from atmpflow.events.after import FollowUpRecorded
from atmpflow.journey import Facts
from atmpflow.message import Command
from atmpflow.people import Role
from atmpflow.waits import waits_for
from desk.simulation.people import actor
from desk.simulation.site import Move

Turn = Callable[[Facts, datetime], Move | None]
"""What the site does otherwise, given the facts and since when they wait; none: as usual."""

MINUTE = timedelta(minutes=1)
READING = timedelta(minutes=20)
"""How long the site takes to answer what it must read."""


def to_first_visit(facts: Facts) -> bool:
    """The end of most stories: the journey has ended, or its first follow-up is recorded."""
    return bool(facts.ended) or facts.last(FollowUpRecorded) is not None


def cold(facts: Facts) -> float | None:
    """Every leg kept its band."""
    return None


@dataclass(frozen=True, slots=True)
class Story:
    """What goes wrong with one journey, and what the people of the simulated site do then."""

    name: str
    title: str
    product: str
    goes_wrong: str
    turns: Mapping[str, Turn] = field(default_factory=dict)
    """By the name of the command that the journey waits for."""
    until: Callable[[Facts], bool] = to_first_visit
    others: int = 0
    """How many more journeys of the same product run beside it."""
    shared: Mapping[str, Turn] = field(default_factory=dict)
    """What the site does otherwise in those too; everything else goes as usual there."""
    trial: str | None = None
    """Registry id, where the patient is in a trial."""
    beside: Callable[[Engine, Facts], bool] | None = None
    """What happens that no turn can say, because it looks beyond this journey; did it now?"""
    warm: Callable[[Facts], float | None] = cold
    """How far above its band a leg's logger was for 15 minutes, degrees Celsius; none: never."""
    unanswered: frozenset[str] = frozenset()
    """Kinds of duties that nobody fulfils, so that their clocks run out."""


def beside(story: Story) -> Story:
    """How the site plays a journey that runs beside a story's."""
    return Story("", "", story.product, "", turns=story.shared)


def once(turn: Turn) -> Turn:
    """Only at the first time: as usual when the story's event is already in the ledger."""
    done: set[object] = set()

    def first(facts: Facts, since: datetime) -> Move | None:
        if facts.journey in done:
            return None
        move = turn(facts, since)
        if move is not None:
            done.add(facts.journey)
        return move

    return first


def by(role: Role, command: Command, person: int = 1) -> Move:
    """A move of the simulated account of a role."""
    return Move(command, actor(role, person))


def latest(facts: Facts) -> datetime:
    """When the newest event happened, or the present wait began, whichever is later."""
    return max(facts.history[-1].occurred_at, facts.since or facts.history[-1].occurred_at)


def lift(facts: Facts) -> Move | None:
    """One of the two people who must agree before a hold is lifted."""
    if facts.hold is None:
        return None
    who = (Role.PHYSICIAN, Role.PHARMACIST)[min(len(facts.agreed), 1)]
    at = max(latest(facts), facts.hold.occurred_at) + 30 * MINUTE
    return by(who, LiftHold(occurred_at=at, reason="SIMULATED-CAPA-1"))


def answer_duty(facts: Facts, unanswered: frozenset[str]) -> Move | None:
    """Fulfil the duty that is due first, in time, by its owner."""
    for duty in open_duties(facts):
        kind = duty.name.partition(":")[0]
        if kind in unanswered or duty.name in announced(facts):
            continue
        takes = min(READING, (duty.due_at - duty.since) / 2)
        reference = "read" if kind.startswith("inform") else f"SIMULATED-{kind.upper()}"
        command = FulfilDuty(occurred_at=duty.since + takes, duty=duty.name, reference=reference)
        return by(duty.owner, command)
    return None


def next_of(story: Story, facts: Facts, usual: Turn) -> Move | None:
    """What the site does next: a duty, the story's turn, the end of a hold, or as usual.

    Whoever must know of something reads it before the next thing is decided.
    """
    since = latest(facts)
    held = facts.hold is not None and not facts.ended
    wait = waits_for(facts)
    turn = story.turns.get(wait.command if wait else "ended")
    move = answer_duty(facts, story.unanswered)
    if move is None and turn:
        move = turn(facts, since)
    if move is None and held:
        move = lift(facts)
    return move or (None if facts.ended else usual(facts, facts.since or since))
