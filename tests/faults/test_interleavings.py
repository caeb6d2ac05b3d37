"""Two workers on one patient, their statements in any order: as if one had come after the other."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import cycle, islice
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine

import models.record
from atmpflow.commands.after import FireTimer, PlaceHold, Withdraw
from atmpflow.errors import Refused
from atmpflow.events.after import DeadlinePassed
from atmpflow.journey import Facts
from atmpflow.people import ENGINE, Role
from atmpflow.waits import timers
from desk.simulation.people import actor
from desk.simulation.step import present
from models.record import LOCK, Answer, Request, record
from tasks import clock
from tasks.answer import drain
from tests.conftest import Database
from tests.factories import ACTS, LATE, journey_at, lifted, opened, step, stocked, waits_for
from tests.faults.conftest import nothing_wrong
from tests.faults.interleaving import Race, Scheduler
from tests.faults.killing import leases_pass, order_of
from tests.faults.running import PRODUCTS

SEED = 20_261_123
TOLD = {"version-stale", "out-of-order", "journey-held", "journey-ended"}
"""What one who came second may be told; never that a constraint had to stop it."""

Deed = Callable[[Engine], Any]


@pytest.fixture
def scheduler(own_database: Database) -> Iterator[Scheduler]:
    found = Scheduler(own_database.application)
    yield found
    found.close()


def _ask(request: Request, engine: Engine) -> Any:
    return record(engine, request, clock.wall())


def _drain(facts: Facts, engine: Engine) -> Any:
    return drain(engine, facts.stage, ACTS, journey=facts.journey)


def _own(facts: Facts) -> Deed:
    """What the journey waits for, by whoever owes it, under a key of its own."""
    assert facts.step is not None
    if facts.step.owner is Role.SYSTEM:
        return partial(_drain, facts)
    sent = order_of(facts)
    return partial(_ask, sent) if isinstance(sent, Request) else partial(step_of, facts)


def step_of(facts: Facts, engine: Engine) -> Any:
    return step(engine, facts)


def _hold(facts: Facts) -> Deed:
    at = facts.since or LATE
    hold = PlaceHold(occurred_at=at, reason="DEV-1")
    return partial(_ask, Request(hold, actor(Role.COMPLIANCE), str(uuid4()), facts.journey))


def _timer(facts: Facts) -> Deed | None:
    """The journey's next deadline fires."""
    due = min(timers(facts), key=lambda timer: timer.due_at, default=None)
    if due is None:
        return None
    fire = FireTimer(occurred_at=due.due_at, kind=due.kind, due_at=due.due_at)
    key = f"timer:{facts.journey}:{due.kind}:{due.due_at.isoformat()}"
    return partial(_ask, Request(fire, ENGINE, key, facts.journey))


def _same(facts: Facts) -> tuple[Deed, Deed]:
    """The same message comes twice at once; a drain has the same reaction for both."""
    deed = _own(facts)
    return deed, deed


def _both(facts: Facts) -> tuple[Deed, Deed]:
    return _own(facts), _own(facts)


def _with_hold(facts: Facts) -> tuple[Deed, Deed]:
    return _own(facts), _hold(facts)


def _with_timer(facts: Facts) -> tuple[Deed, Deed]:
    return _own(facts), _timer(facts) or _own(facts)


def _two_holds(facts: Facts) -> tuple[Deed, Deed]:
    return _hold(facts), _hold(facts)


PAIRS = (_same, _both, _with_hold, _with_timer, _two_holds)


@dataclass
class Racing:
    """Races along a journey; each leaves it as one order of the two would have left it."""

    database: Database
    scheduler: Scheduler
    random: random.Random
    races: int = 0
    mixed: int = 0

    def along(self, facts: Facts, first: int = 0) -> None:
        """`first` says with which pair to begin."""
        for pair in islice(cycle(PAIRS), first, None):
            if facts.ended or waits_for("record-follow-up")(facts):
                return
            facts = self._step(facts, pair)

    def _step(self, facts: Facts, pair: Callable[[Facts], tuple[Deed, Deed]]) -> Facts:
        wishes = self.random.choices("AB", k=40)
        race = self.scheduler.race(pair(facts), wishes)
        self.races += 1
        self.mixed += "AB" in race.order and "BA" in race.order
        told = f"{pair.__name__} at {facts.stage}: {race}"
        after = present(self.database.app, facts.journey)
        _as_told(self.database, facts, after, race, told)
        leases_pass(self.database)
        if after.hold is not None:
            after = lifted(self.database.app, after)
        if after.step is not None and _undone(facts, after):
            after = step(self.database.app, after)
        return after


def _undone(before: Facts, after: Facts) -> bool:
    """Does the journey still wait for what it waited for before the race?"""
    return (before.stage, before.position) == (after.stage, after.position)


def _as_told(database: Database, before: Facts, after: Facts, race: Race, told: str) -> None:
    """Everything accepted is in the ledger once, and nothing else."""
    for outcome in race.outcomes:
        assert isinstance(outcome, Answer | Refused | list | Facts), told
        if isinstance(outcome, Refused):
            assert outcome.code in TOLD, told
    accepted = [one for one in race.outcomes if isinstance(one, Answer) and not one.repeated]
    if all(isinstance(one, Answer | Refused) for one in race.outcomes):
        events = [name for one in accepted for name in one.events]
        assert after.version == before.version + len(events), told
        names = [row.event.name for row in after.history[before.version :]]
        assert sorted(names) == sorted(events), told
    passed = [event.due_at for _, event in after.all(DeadlinePassed)]
    assert len(passed) == len(set(passed)), told


def test_two_workers_on_one_patient_are_as_one_after_the_other(
    own_database: Database, scheduler: Scheduler
):
    racing = Racing(own_database, scheduler, random.Random(SEED))  # noqa: S311
    racing.along(present(own_database.app, opened(own_database.app, "zolgensma")))
    assert racing.races > 20
    assert racing.mixed > racing.races / 2, "one was always wholly before the other"
    nothing_wrong(own_database)


def test_without_the_lock_on_the_journey_the_same_orders_show_it(
    own_database: Database, scheduler: Scheduler, monkeypatch: pytest.MonkeyPatch
):
    """A race that could not fail would prove nothing."""
    unlocked = LOCK.removesuffix(" FOR UPDATE")
    assert unlocked != LOCK
    monkeypatch.setattr(models.record, "LOCK", unlocked)
    racing = Racing(own_database, scheduler, random.Random(SEED))  # noqa: S311
    with pytest.raises(AssertionError, match="constraint-refused"):
        racing.along(present(own_database.app, opened(own_database.app, "zolgensma")))


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("product", PRODUCTS)
def test_two_workers_in_many_orders(own_database: Database, scheduler: Scheduler, product: str):
    app = own_database.app
    stocked(app, units=60)
    racing = Racing(own_database, scheduler, random.Random(SEED))  # noqa: S311
    for turn in range(15):
        racing.along(present(app, opened(app, product)), first=turn)
    assert racing.mixed > racing.races / 2
    assert racing.races > 400
    nothing_wrong(own_database)


CRITICAL = (
    "start-manufacture",
    "certify-batch",
    "accept-product",
    "thaw-product",
    "administer-dose",
)


def _withdrawal(facts: Facts) -> Deed:
    withdraw = Withdraw(occurred_at=facts.since or LATE, reason="patient-choice")
    who = actor(Role.PHYSICIAN)
    return partial(_ask, Request(withdraw, who, str(uuid4()), facts.journey))


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("command", CRITICAL)
def test_nothing_is_done_to_a_patient_who_has_withdrawn(
    own_database: Database, scheduler: Scheduler, command: str
):
    chance = random.Random(SEED)  # noqa: S311
    first = set[int]()
    for _ in range(25):
        facts = journey_at(own_database.app, command)
        race = scheduler.race((_own(facts), _withdrawal(facts)), chance.choices("AB", k=40))
        after = present(own_database.app, facts.journey)
        assert after.ended or facts.ended, race
        _as_told(own_database, facts, after, race, f"{command}: {race}")
        first.add(0 if isinstance(race.outcomes[0], Answer) else 1)
    assert first == {0, 1}, "one of the two always came first"
    nothing_wrong(own_database)
