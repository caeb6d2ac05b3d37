"""The state machine: everything that can be asked of the record, by anybody, in any order."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from atmpflow.commands.after import LiftHold
from atmpflow.message import Command
from atmpflow.people import ENGINE, Role
from desk.simulation.people import actor
from models.database import transaction
from models.record import Request
from models.replay import replay
from models.work import LEASE, claim, due_timers
from tasks.answer import answer_one, drain
from tasks.mismatch import hold_others
from tasks.timers import fire
from tests.machine import asking
from tests.machine.asking import SHIFTS, VERSIONS, disturbed, people, sensible
from tests.machine.player import WHO, Player, by, changed
from tests.machine.world import ACTS

OWING = "SELECT DISTINCT stage FROM reaction WHERE done_at IS NULL ORDER BY stage"
ANYTHING: dict[str, Any] = {
    "who": WHO,
    "kind": st.sampled_from(asking.KINDS),
    "shift": st.sampled_from(SHIFTS),
    "version": st.sampled_from(VERSIONS),
    "data": st.data(),
}


class Machine(Player):
    """Each rule is one step; after each, every invariant is checked."""

    # --- what should happen ------------------------------------------------------------------

    @rule(who=WHO)
    def advance(self, who: int) -> None:
        """The next right thing, by whoever owes it."""
        self._advance(self._patient(who))

    @rule(who=WHO)
    def advance_twice(self, who: int) -> None:
        """Two right things of one journey."""
        with self._midway():
            self._advance(self._patient(who))
        self._advance(self._patient(who))

    @rule(hours=st.sampled_from([0, 1, 30, 24 * 40]))
    def beat(self, hours: int) -> None:
        """Time goes on; the heartbeat fires what is due and every stage answers what it owes."""
        world, app = self.world, self.world.database.app
        world.now = world.engine_now = world.now + timedelta(hours=hours, seconds=10)
        hold_others(app)
        with transaction(app) as connection:
            due = due_timers(connection, world.now)
        for _ in range(20):
            if not due:
                break
            for timer in due:
                fire(timer)
            with transaction(app) as connection:
                due = due_timers(connection, world.now)
        assert not due, f"still due, however often they fire: {sorted(due, key=str)}"
        # A stage that the journey has left may still owe an answer to what it was woken for.
        for _ in range(2):
            for (stage,) in world.checker.rows(OWING):
                drain(app, stage, ACTS)
        with self._midway():
            self._engine_did()
        world.checker.tell(world.now)

    @rule(who=WHO, kind=st.sampled_from(asking.BESIDE), number=st.integers(1, 2))
    def beside(self, who: int, kind: type[Command], number: int) -> None:
        """What may come at any time, as it should be; a hold is lifted by whoever is there."""
        patient = self._patient(who)
        facts = self._facts(patient)
        chosen = LiftHold if facts is not None and facts.hold is not None else kind
        command = sensible(self.world, patient, facts, chosen)
        if command is None:
            self._advance(patient)
            return
        role = sorted(chosen.roles)[0]
        self._ask(Request(command, actor(role, number), self._key(), patient.journey))

    # --- what should not ---------------------------------------------------------------------

    def _anything(
        self, who: int, kind: type[Command], shift: timedelta, version: int | None, data: Any
    ) -> None:
        """Any command, sensible or not, by anybody, at any time."""
        patient = self._patient(who)
        facts = self._facts(patient)
        base = sensible(self.world, patient, facts, kind)
        if base is None and kind in asking.ENGINES:
            self._advance(patient)  # what the engine alone may say is not made up
            return
        command = data.draw(disturbed(base) if base else asking.made_up(kind))
        if kind not in asking.ENGINES and shift:
            command = command.model_copy(update={"occurred_at": self.world.now + shift})
        expected = None if version is None else max((facts.version if facts else 0) + version, 0)
        person = data.draw(people(kind))
        if person is ENGINE and base is not None:
            command = base
        self._ask(Request(command, person, self._key(), patient.journey, expected))

    # Three rules, for there are many commands and each rule is as likely as any other.
    anything = rule(**ANYTHING)(_anything)
    anything_else = rule(**ANYTHING)(_anything)
    anything_more = rule(**ANYTHING)(_anything)

    @rule(who=WHO, data=st.data())
    def spoilt(self, who: int, data: Any) -> None:
        """What is due, by whoever may, with up to two fields made up."""
        patient = self._patient(who)
        facts = self._facts(patient)
        kind = facts.step.command if facts is not None and facts.step is not None else None
        base = sensible(self.world, patient, facts, kind) if kind else None
        if kind is None or base is None or kind in asking.ENGINES:
            self._advance(patient)
            return
        self.world.reach(base.occurred_at)
        command = data.draw(disturbed(base))
        role = data.draw(st.sampled_from(sorted(kind.roles - {Role.SYSTEM})))
        person = actor(role, data.draw(st.integers(1, 2)))
        self._ask(Request(command, person, self._key(), patient.journey))

    @rule(who=WHO, role=st.sampled_from(list(Role)))
    def wrong_role(self, who: int, role: Role) -> None:
        """The right thing, by somebody else."""
        self._twisted(who, lambda request: by(request, role))

    @rule(who=WHO, other=WHO, letter=st.sampled_from("0O1IBQ8Z"), at=st.integers(0, 19))
    def wrong_patient(self, who: int, other: int, letter: str, at: int) -> None:
        """The right thing with the labels of another, or of nobody: one character is wrong."""
        patient = self._patient(other)
        known = self.oracle.journeys.get(patient.journey)
        units = tuple(sorted(known.units)) if known else ()

        def twist(request: Request) -> Request:
            command = asking.another(request.command, patient, units)
            if patient is self._patient(who) and hasattr(command, "scanned_coi"):
                wrong = asking.misread(patient.coi, at, letter)
                command = type(command).model_validate({**dict(command), "scanned_coi": wrong})
            return changed(request, command=command)

        self._twisted(who, twist)

    @rule(who=WHO, other=WHO)
    def wrong_journey(self, who: int, other: int) -> None:
        """The right thing, sent to another journey."""
        journey = self._patient(other).journey
        self._twisted(who, lambda request: changed(request, journey=journey, expected_version=None))

    @rule(who=WHO, shift=st.sampled_from(SHIFTS), version=st.sampled_from(VERSIONS))
    def late(self, who: int, shift: timedelta, version: int | None) -> None:
        """The right thing, with another time or of another version."""

        def twist(request: Request) -> Request:
            command = request.command
            if shift:
                command = command.model_copy(update={"occurred_at": self.world.now + shift})
            base = request.expected_version or 0
            expected = None if version is None else max(base + version, 0)
            return changed(request, command=command, expected_version=expected)

        self._twisted(who, twist)

    def _twisted(self, who: int, twist: Callable[[Request], Request]) -> None:
        patient = self._patient(who)
        request = self._due(patient)
        if request is not None:
            self._ask(twist(request))

    # --- again, and out of order -------------------------------------------------------------

    @precondition(lambda self: self.sent)
    @rule(which=st.integers(0, 60), how=st.sampled_from(["same", "other", "elsewhere", "new key"]))
    def again(self, which: int, how: str) -> None:
        """Something that was sent before: the same, or the same key with something else."""
        request, _ = self.sent[which % len(self.sent)]
        if how == "other":
            later = request.command.occurred_at - timedelta(seconds=1)
            request = changed(
                request, command=request.command.model_copy(update={"occurred_at": later})
            )
        if how == "elsewhere":
            request = changed(request, journey=self._patient(which + 1).journey)
        if how == "new key":
            request = changed(request, key=self._key())
        self._ask(request)

    @precondition(lambda self: len(self.kept) < 4)
    @rule(who=WHO)
    def hold_back(self, who: int) -> None:
        """The right thing is on its way, and other things come before it."""
        patient = self._patient(who)
        request = self._due(patient)
        if request is not None:
            self.kept.append(changed(request, expected_version=None))
            self._advance(self._patient(who + 1))

    @precondition(lambda self: self.kept)
    @rule(which=st.integers(0, 3))
    def arrives(self, which: int) -> None:
        """What was on its way arrives, in whatever order."""
        self._ask(self.kept.pop(which % len(self.kept)))

    @rule(who=WHO)
    def claims(self, who: int) -> None:
        """A worker claims what a journey is owed, and stops."""
        patient = self._patient(who)
        facts = self._facts(patient)
        app, found = self.world.database.app, []
        if facts is not None:
            with transaction(app) as connection:
                found = claim(
                    connection,
                    facts.stage,
                    worker="w",
                    now=self.world.now,
                    limit=1,
                    journey=patient.journey,
                )
        if not found:
            self._advance(patient)
            return
        self.claimed += found
        self.world.now += LEASE + timedelta(seconds=1)
        self._engine_did()

    @precondition(lambda self: self.claimed)
    @rule(which=st.integers(0, 3))
    def answers_late(self, which: int) -> None:
        """A worker that was stopped goes on, maybe after another has answered."""
        owed = self.claimed.pop(which % len(self.claimed))
        fences = "SELECT fence, done_at IS NOT NULL FROM reaction WHERE id = %s"
        [(fence, done)] = self.world.checker.rows(fences, owed.reaction)
        answer_one(self.world.database.app, owed, ACTS)
        written = self._engine_did() - {"identity.implicated"}  # which anybody may find undone
        assert not written or (fence == owed.fence and not done), "a late answer was written"

    # --- always ------------------------------------------------------------------------------

    @invariant()
    def every_invariant_holds(self) -> None:
        """All of them, after every step."""
        if self.now is None:
            return
        self._count("steps")
        if self.found is None:
            assert not self._look().rows, "a row came by itself"
        assert not self.found, self.found
        self.found = None

    def teardown(self) -> None:
        """Now and then, the checker and the replay as the nightly run asks them."""
        if self.now is None or self.world.checker.times % 1000 > 50:
            return
        found = self.world.checker.whole()
        assert not found, found
        with transaction(self.world.database.app) as connection:
            differences = replay(connection)
        assert not differences, differences
