"""Asking the record something, and holding what comes of it against the oracle."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, ClassVar
from uuid import UUID

from hypothesis import note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize

from atmpflow.errors import Refused
from atmpflow.journey import Facts
from atmpflow.people import ENGINE, Actor, Role
from atmpflow.products.catalogue import catalogue
from desk.simulation.people import actor
from desk.simulation.step import present
from models.invariants.checker import Violation
from models.record import Answer, Request, record
from models.work import Owed
from tasks.answer import drain
from tests.machine.asking import asked_of
from tests.machine.looking import Seen, agree, changed_between
from tests.machine.oracle import Answered, Asked, Oracle
from tests.machine.site import honest, key_of, send
from tests.machine.world import ACTS, SOON, Patient, World

WHO = st.integers(0, 4)
HOW_MANY = st.sampled_from([3, 3, 4, 3, 5])
LATE = {
    "expired", "window-passed", "gate-closed", "conditioning-interval", "virology-too-old",
    "monitoring-too-short", "dose-too-early", "weight-too-old", "slot-taken", "date-impossible",
    "expiry-impossible", "record-incomplete", "custody-overlap", "criteria-not-met",
    "tocilizumab-missing", "volume-too-large", "hla-mismatch", "coi-mismatch", "unit-mismatch",
    "data-consent-withdrawn", "not-certified", "checker-not-independent", "not-fit",
    "slots-impossible", "attempts-used", "date-during-hold",
}  # fmt: skip
"""Refusals that the site may meet when something went wrong, or came late, before."""


def places(patients: int) -> st.SearchStrategy[list[int]]:
    """For each patient a step of its walk."""
    return st.lists(st.integers(0, 57), min_size=patients, max_size=patients)


class Player(RuleBasedStateMachine):
    """Three to five patients, the record they are asked of, and the oracle."""

    world: ClassVar[World]
    counts: ClassVar[Counter[str]]
    """What was done in all examples: steps, requests by their outcome, refusals by their code."""

    def __init__(self) -> None:
        super().__init__()
        self.patients: list[Patient] = []
        self.oracle = Oracle(products=frozenset(catalogue()))
        self.sent: list[tuple[Request, int]] = []
        self.kept: list[Request] = []
        self.claimed: list[Owed] = []
        self.facts: dict[UUID, Facts] = {}
        self.serial = 0
        self.now: Seen | None = None
        self.midway = False
        self.found: list[Violation] | None = None
        """What the last look has found; none: it was not checked."""

    # --- beginning ---------------------------------------------------------------------------

    @initialize(picks=HOW_MANY.flatmap(places), first=WHO)
    def begin(self, picks: list[int], first: int) -> None:
        """Three to five patients, each somewhere on the way."""
        every = self.world.patients
        chosen = [every[(first + index) % len(every)] for index in range(len(picks))]
        self.patients = chosen
        self.world.begin(list(zip(chosen, picks, strict=True)))
        for row in self._look().rows:
            self.oracle.read(row)
        for one in chosen:
            asked = asked_of(
                one.refer, actor(Role.REFERRER), one.key, journey=one.journey, expected=None
            )
            self.oracle.answers[one.key] = Answered(asked, 1)
            self.sent.append((Request(one.refer, actor(Role.REFERRER), one.key, one.journey), 1))

    # --- asking ------------------------------------------------------------------------------

    def _look(self) -> Seen:
        """What is in the tables now, and whether it breaks an invariant."""
        checker, known = self.world.checker, self.oracle.journeys.values()
        self.now, self.found = checker.look(known, check=not self.midway)
        return self.now

    @contextmanager
    def _midway(self) -> Iterator[None]:
        """There is more to come of this step: what is seen is checked at its end."""
        self.midway = True
        try:
            yield
        finally:
            self.midway = False

    def _count(self, *names: str) -> None:
        self.counts.update(names)

    def _key(self) -> str:
        self.serial += 1
        return f"key-{self.serial}"

    def _facts(self, patient: Patient) -> Facts | None:
        """As the engine has them; read again when something has happened since."""
        known = self.oracle.journeys.get(patient.journey)
        if known is None:
            return None
        facts = self.facts.get(patient.journey)
        if facts is None or facts.version != known.version:
            facts = self.facts[patient.journey] = present(self.world.database.app, patient.journey)
        return facts

    def _ask(self, request: Request, sent_with: Facts | None = None) -> Answer | Refused:
        """Ask, and hold the outcome against what the oracle knows.

        `sent_with` are the facts of what is sent by its own door, a logger's file with it.
        """
        asked = asked_of(
            request.command,
            request.actor,
            request.key,
            journey=request.journey,
            expected=request.expected_version,
        )
        before, first = self.now, self.oracle.repeats(asked)
        assert before is not None
        against = [] if first else self.oracle.against(asked, self.world.now)
        self._count(f"asked: {asked.name}", *(["must be refused"] if against else []))
        try:
            app, now = self.world.database.app, self.world.now
            door = partial(send, app, sent_with) if sent_with else partial(record, app)
            outcome: Answer | Refused = door(request, now)
        except Refused as refused:
            outcome = refused
        after = self._look()
        note(f"{asked.name} by {asked.role}: {outcome}")
        if first:
            self._count("repeated")
            _same_answer(first, outcome)
            assert after.commands == before.commands + 1, "a repetition was not kept"
            _nothing_changed(before, after)
        elif isinstance(outcome, Refused):
            assert outcome.code != "constraint-refused", f"in nobody's words: {outcome.message}"
            self._count("refused", f"refused: {outcome.code}")
            assert after.commands == before.commands + 1, "a refusal was not kept"
            _nothing_changed(before, after)
        else:
            self._accepted(asked, outcome, after, against=against)
            self.sent.append((request, outcome.version))
        return outcome

    def _accepted(self, asked: Asked, answer: Answer, after: Seen, *, against: list[str]) -> None:
        self._count("accepted", f"accepted: {asked.name}")
        assert not against, f"{asked.name} was accepted although {'; '.join(against)}"
        assert not answer.repeated, "a new request was answered as a repetition"
        told = tuple(row.name for row in after.rows)
        assert answer.events == told, f"answered {answer.events}, recorded {told}"
        self.oracle.judge(asked, after.rows)
        self._read(after)
        assert answer.version == self.oracle.journeys[asked.journey].version, "another version"
        self.oracle.answers[asked.key] = Answered(asked, answer.version)

    def _read(self, after: Seen) -> None:
        for row in after.rows:
            self.oracle.read(row)
        agree(self.oracle, after)

    def _engine_did(self) -> set[str]:
        """What the engine did by itself is its own; returns the names of the events."""
        after = self._look()
        for row in after.rows:
            assert (row.actor, row.role) == (ENGINE.id, "system"), row.name
        self._read(after)
        return {row.name for row in after.rows}

    def _patient(self, who: int) -> Patient:
        return self.patients[who % len(self.patients)]

    def _advance(self, patient: Patient) -> None:
        facts = self._facts(patient)
        if facts is None or facts.step is None:
            return
        if facts.hold is not None or facts.step.owner is Role.SYSTEM:
            self._drain(patient, facts)
            return
        request = self._honest(patient, facts)
        if request is None:
            return
        outcome = self._ask(request, facts)
        if isinstance(outcome, Refused):
            assert outcome.code in LATE, f"the right {request.command.name} was refused: {outcome}"

    def _due(self, patient: Patient) -> Request | None:
        """The right thing that somebody owes now; where the engine owes it, it does it first."""
        facts = self._facts(patient)
        if facts is not None and facts.step is not None and facts.step.owner is Role.SYSTEM:
            with self._midway():
                self._drain(patient, facts)
            facts = self._facts(patient)
        if facts is None or facts.step is None or facts.step.owner is Role.SYSTEM:
            return None
        return self._honest(patient, facts)

    def _honest(self, patient: Patient, facts: Facts) -> Request | None:
        try:
            command, who = honest(facts, patient.number)
        except LookupError:
            return None
        self.world.reach(command.occurred_at + SOON)
        key = key_of(facts, command, self._key())
        return Request(command, who, key, patient.journey, facts.version)

    def _drain(self, patient: Patient, facts: Facts) -> None:
        """What the flow of the present stage does, for this journey."""
        self.world.engine_now = max(facts.since or self.world.now, self.world.engine_now)
        drain(self.world.database.app, facts.stage, ACTS, journey=patient.journey)
        self._engine_did()


def changed(request: Request, **changes: Any) -> Request:
    fields = {name: getattr(request, name) for name in request.__dataclass_fields__}
    return Request(**{**fields, **changes})


def by(request: Request, role: Role) -> Request:
    who = ENGINE if role is Role.SYSTEM else Actor(request.actor.id, role)
    return changed(request, actor=who)


def _same_answer(first: Answered, outcome: Answer | Refused) -> None:
    assert isinstance(outcome, Answer), f"a repeated request was refused: {outcome}"
    assert outcome.repeated, "a repetition was carried out again"
    assert (outcome.journey, outcome.version) == (first.asked.journey, first.version), "differs"


def _nothing_changed(before: Seen, after: Seen) -> None:
    """Not a row but that of the command; a logger's file is kept whatever becomes of it."""
    assert not after.rows, "an event came of it"
    others = changed_between(before, after) - {"logger_file", "reading"}
    assert not others, f"rows were changed: {others}"
