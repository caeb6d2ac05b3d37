"""A journey on which each command's process is killed at a named point, and told again."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from atmpflow.commands.shipment import RecordTemperatureLog
from atmpflow.journey import Facts
from atmpflow.people import Role
from desk.simulation.logger import export
from desk.simulation.people import actor
from desk.simulation.step import present
from models.record import Request
from tests.conftest import Database
from tests.factories import move_of, step
from tests.faults import deeds
from tests.faults.forks import Forks
from tests.models.rows import execute, select

COMMITTED = {"record.after-commit", "drain.answered"}
"""Points at which the command is in the record; at all others it is not."""

RECORD = (
    "record.after-lock",
    "record.after-decide",
    "record.after-ledger",
    "record.after-state",
    "record.before-commit",
    "record.after-commit",
)
"""Points that every command passes."""
LOG = ("log.copied", *RECORD)
ENGINE = ("claim.taken", "drain.claimed", "drain.acted", *RECORD, "drain.answered")
"""Points that the engine's own steps pass."""

ACCEPTED = (
    "SELECT count(*) FROM command"
    " WHERE journey_id = %s AND name = %s AND outcome = 'accepted' AND version > %s"
)


def order_of(facts: Facts) -> deeds.Sent:
    """What the site sends now, with a key of its own."""
    assert facts.step is not None
    if facts.step.command is RecordTemperatureLog:
        assert facts.since is not None
        at = facts.since + timedelta(minutes=30)
        return deeds.Log(facts.journey, export(facts), actor(facts.step.owner), at)
    move = move_of(facts)
    return Request(move.command, move.actor, str(uuid4()), facts.journey, facts.version)


def points_of(facts: Facts) -> tuple[str, ...]:
    """The points that the step which is owed now passes."""
    assert facts.step is not None
    if facts.step.owner is Role.SYSTEM:
        return ENGINE
    return LOG if facts.step.command is RecordTemperatureLog else RECORD


def leases_pass(database: Database) -> None:
    """A minute goes by: whoever was killed holds no claim any more, and work is woken again."""
    execute(
        database.administrator,
        "UPDATE reaction SET lease_until = now() - interval '1 s', not_before = created_at"
        " WHERE done_at IS NULL",
    )


@dataclass
class Killing:
    """Kills at the points that a step passes, in turn, each told again so often in turn."""

    database: Database
    forks: Forks
    proofs: Callable[[], Path]
    only: str = ""
    """The one point to kill at; else all, in turn."""
    again: tuple[int, ...] = (0, 1, 2)
    every: int = 1
    """Of what people send, one in so many is killed."""
    seen: Counter[tuple[str, ...]] = field(default_factory=Counter)
    turns: Counter[tuple[str, ...]] = field(default_factory=Counter)
    kills: Counter[str] = field(default_factory=Counter)

    def along(self, journey: UUID, until: Callable[[Facts], bool]) -> Facts:
        """Every step of a journey, with a kill wherever its point is reached."""
        facts = present(self.database.app, journey)
        while not (facts.ended or until(facts)):
            facts = self._step(facts) if self._wanted(facts) else step(self.database.app, facts)
        return facts

    def _wanted(self, facts: Facts) -> bool:
        points = points_of(facts)
        self.seen[points] += 1
        turn = points != RECORD or self.seen[points] % self.every == 0
        return turn and self.only in ("", *points)

    def _step(self, facts: Facts) -> Facts:
        point, again = self._next(points_of(facts))
        deed = self._deed(facts)
        proof = self.proofs()
        ended = self.forks.run(*deed, faults=f"{point}=kill:{proof}")
        assert ended.killed, f"{point} was armed, and {ended}"
        assert proof.exists(), "it was killed, but not there"
        self.kills[point] += 1
        after = present(self.database.app, facts.journey)
        assert (after.version > facts.version) == (point in COMMITTED), point
        for _ in range(again):
            self._again(deed)
        return self._right(facts)

    def _deed(self, facts: Facts) -> tuple[Any, ...]:
        assert facts.step is not None
        if facts.step.owner is Role.SYSTEM:
            return deeds.answer, facts.stage, facts.journey
        return deeds.send, order_of(facts)

    def _again(self, deed: tuple[Any, ...]) -> None:
        leases_pass(self.database)
        ended = self.forks.run(*deed)
        assert not ended.signal

    def _next(self, points: tuple[str, ...]) -> tuple[str, int]:
        turn = self.turns[points]
        self.turns[points] += 1
        again = self.again[(turn + turn // len(points)) % len(self.again)]
        return self.only or points[turn % len(points)], again

    def _right(self, before: Facts) -> Facts:
        """One step further by exactly one command, whoever carried it out in the end."""
        after = present(self.database.app, before.journey)
        if after.version == before.version:  # nobody sent it again: somebody does it anew
            self._again(self._deed(before))
            after = present(self.database.app, before.journey)
        name = self._name(before)
        ((times,),) = select(self.database.app, ACCEPTED, before.journey, name, before.version)
        assert times == 1, f"{name} was carried out {times} times"
        return after

    def _name(self, facts: Facts) -> str:
        """The command that was to be carried out; not always the one that is waited for."""
        sent = self._deed(facts)[1]
        if isinstance(sent, Request):
            return sent.command.name
        assert facts.step is not None
        return facts.step.command.name
