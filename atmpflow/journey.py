"""The facts a rule may look at: a journey as its events tell it, folded one by one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TypeVar, cast
from uuid import UUID

from atmpflow.course import BEGUN_AGAIN, ENDINGS, LOST, REOPENED
from atmpflow.events.administration import (
    AdministrationBlocked,
    ConditioningBlocked,
    IdentityMismatched,
)
from atmpflow.events.admission import ReferralReceived
from atmpflow.events.after import HoldLiftAgreed, HoldLifted, HoldPlaced
from atmpflow.events.identity import JourneyImplicated, LabelMismatched
from atmpflow.events.patient import PatientDeteriorated
from atmpflow.events.recall import RecallReached
from atmpflow.message import Event
from atmpflow.pathways import Stage, Step, stages_of
from atmpflow.people import Actor
from atmpflow.products.catalogue import product as product_named
from atmpflow.products.spec import ProductSpec

E = TypeVar("E", bound=Event)

HOLDS = (
    HoldPlaced,
    IdentityMismatched,
    LabelMismatched,
    JourneyImplicated,
    PatientDeteriorated,
    RecallReached,
    ConditioningBlocked,
    AdministrationBlocked,
)
"""Events after which nothing moves until two people have agreed."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event with its place in the ledger: who, when, and the hash that seals it."""

    seq: int
    event: Event
    actor: Actor
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class Facts:
    """One journey. `stage` and `position` say which step it waits for.

    `history` is everything that happened. Where stages were begun again (a second collection, a
    second batch), what they had brought is `superseded`: rules look at the present attempt only.
    """

    journey: UUID
    history: tuple[Recorded, ...]
    stage: str
    position: int = 0
    since: datetime | None = None
    ended: str | None = None
    superseded: frozenset[int] = frozenset()
    """Numbers of the events that no longer count."""
    stages_before: tuple[str, ...] = ("referral",)
    """The stage in which each event of the history came."""
    _kinds: dict[type[Any], list[Recorded]] | None = field(
        default=None, init=False, repr=False, compare=False
    )

    @property
    def version(self) -> int:
        """How many events there are; the expected version of the next command."""
        return len(self.history)

    @property
    def referral(self) -> ReferralReceived:
        first = self.history[0].event
        assert isinstance(first, ReferralReceived)  # noqa: S101 - fold() begins no other way
        return first

    @property
    def coi(self) -> str:
        return self.referral.coi

    @property
    def product(self) -> ProductSpec:
        return product_named(self.referral.product)

    @property
    def stages(self) -> tuple[Stage, ...]:
        return stages_of(self.product)

    @property
    def ended_at(self) -> datetime | None:
        """When the journey came to its present end."""
        if self.ended is None:
            return None
        return next(
            row.occurred_at
            for row in reversed(self.history)
            if ENDINGS.get(row.event.name) == self.ended
        )

    @property
    def step(self) -> Step | None:
        """What the journey waits for; none when it has ended."""
        if self.ended:
            return None
        return stage_named(self.stages, self.stage).steps[self.position]

    def rows(self, kind: type[Any]) -> Sequence[Recorded]:
        """The ledger's rows of a kind of event, oldest first."""
        kinds = self._kinds
        if kinds is None:
            # Rules ask dozens of times for each command: the history is sorted once.
            kinds = _by_kind(row for row in self.history if row.seq not in self.superseded)
            object.__setattr__(self, "_kinds", kinds)
        return kinds.get(kind, ())

    def ever(self, kind: type[E]) -> tuple[tuple[Recorded, E], ...]:
        """Every event of a kind in all attempts, oldest first, with its place in the ledger."""
        return tuple((row, row.event) for row in self.history if isinstance(row.event, kind))

    def all(self, kind: type[E]) -> tuple[tuple[Recorded, E], ...]:
        """Every event of a kind that still counts, oldest first, with its place in the ledger."""
        return tuple((row, cast("E", row.event)) for row in self.rows(kind))

    def recorded(self, kind: type[E]) -> tuple[Recorded, E] | None:
        """The latest event of a kind, with its place in the ledger."""
        rows = self.rows(kind)
        return (rows[-1], cast("E", rows[-1].event)) if rows else None

    def last(self, kind: type[E]) -> E | None:
        """The latest event of a kind."""
        found = self.recorded(kind)
        return found[1] if found else None

    def when(self, kind: type[Event]) -> datetime | None:
        """When the latest event of a kind happened."""
        found = self.recorded(kind)
        return found[0].occurred_at if found else None

    def since_last(self, kind: type[E], mark: type[Event]) -> tuple[tuple[Recorded, E], ...]:
        """Events of a kind after the latest `mark` event."""
        found = self.recorded(mark)
        after = found[0].seq if found else 0
        return tuple((row, event) for row, event in self.all(kind) if row.seq > after)

    @property
    def hold(self) -> Recorded | None:
        """The open hold, if any: the first since the last was lifted."""
        lifted = self.recorded(HoldLifted)
        after = lifted[0].seq if lifted else 0
        holds = (row for kind in HOLDS for row in self.rows(kind) if row.seq > after)
        return min(holds, key=_seq, default=None)

    @property
    def agreed(self) -> frozenset[str]:
        """Who agreed to lift the open hold."""
        # Whoever agreed before another reason was added has not agreed to that one.
        newest = max((row for kind in HOLDS for row in self.rows(kind)), key=_seq, default=None)
        return frozenset(
            event.person
            for row, event in self.all(HoldLiftAgreed)
            if newest is not None and row.seq > newest.seq
        )


def _by_kind(history: Iterable[Recorded]) -> dict[type[Any], list[Recorded]]:
    """Rows by the class of their event, and by every class that it is a kind of."""
    kinds: dict[type[Any], list[Recorded]] = {}
    for row in history:
        for kind in type(row.event).__mro__:
            kinds.setdefault(kind, []).append(row)
    return kinds


def _seq(row: Recorded) -> int:
    return row.seq


def stage_named(stages: Iterable[Stage], name: str) -> Stage:
    """The stage of that name."""
    return next(stage for stage in stages if stage.name == name)


def move(stage: Stage, position: int, event: str) -> int:
    """Where in a stage an event leads: past the last step it ends, or back to one it reopens."""
    for index, step in enumerate(stage.steps):
        if event in step.returns_on:
            return index
    ended = [index for index, step in enumerate(stage.steps) if event in step.ended_by]
    return ended[-1] + 1 if ended else position


def begin(journey: UUID, row: Recorded) -> Facts:
    """A journey begins with its referral and no other event."""
    if not isinstance(row.event, ReferralReceived):
        raise ValueError(f"a journey cannot begin with {row.event.name}")
    return Facts(journey, (row,), stage="referral", since=row.occurred_at)


def _begin_again(facts: Facts, row: Recorded, first: Iterable[str]) -> Facts:
    """The facts after an event that sends the journey back to the first of these it has."""
    names = [stage.name for stage in facts.stages]
    target = next(name for name in first if name in names)
    redone = frozenset(names[names.index(target) :])
    gone = (
        past.seq
        for past, stage in zip(facts.history, facts.stages_before, strict=True)
        if stage in redone and not past.event.lasting
    )
    return replace(
        facts,
        history=(*facts.history, row),
        stage=target,
        position=0,
        since=row.occurred_at,
        superseded=facts.superseded | frozenset(gone),
        stages_before=(*facts.stages_before, facts.stage),
    )


def _ended(facts: Facts, event: str) -> str | None:
    """How a journey has ended; the first ending stays, but somebody lost may be found or die."""
    if event in REOPENED:
        return None
    return ENDINGS.get(event, facts.ended) if facts.ended in (None, LOST) else facts.ended


def apply(facts: Facts, row: Recorded) -> Facts:
    """The facts after one more event."""
    again = BEGUN_AGAIN.get(row.event.name)
    if again:
        return _begin_again(facts, row, again)
    history = (*facts.history, row)
    ended = _ended(facts, row.event.name)
    stages = facts.stages
    index = next(i for i, stage in enumerate(stages) if stage.name == facts.stage)
    position = move(stages[index], facts.position, row.event.name)
    if position == len(stages[index].steps) and index + 1 < len(stages) and not ended:
        index, position = index + 1, 0
    position = min(position, len(stages[index].steps) - 1)
    moved = (stages[index].name, position) != (facts.stage, facts.position)
    return replace(
        facts,
        history=history,
        stage=stages[index].name,
        position=position,
        since=row.occurred_at if moved else facts.since,
        ended=ended,
        stages_before=(*facts.stages_before, facts.stage),
    )


def fold(journey: UUID, rows: Iterable[Recorded]) -> Facts:
    """The facts of a journey from its whole history."""
    iterator = iter(rows)
    facts = begin(journey, next(iterator))
    for row in iterator:
        facts = apply(facts, row)
    return facts
