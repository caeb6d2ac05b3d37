"""Patients who are easily confused, each walked once and put aside at every step."""

import pickle
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import psycopg
import pytest

from atmpflow.codes.coi import make as make_coi
from atmpflow.commands import COMMANDS
from atmpflow.commands.admission import Refer
from atmpflow.commands.after import RecordFollowUp
from atmpflow.journey import Facts
from atmpflow.message import Command
from atmpflow.people import Role
from desk.simulation import logger
from desk.simulation.people import actor
from desk.simulation.step import present
from models.history import MEMORY
from models.people import remember
from models.record import Request, record
from tasks import clock
from tasks.acts import ALL, by_command
from tasks.answer import drain
from tasks.engine import engine
from tests.conftest import Database, serving
from tests.factories import CENTRE, nhs_number, patient, stocked
from tests.machine.checking import Checker
from tests.machine.site import honest, key_of, send
from tests.machine.tables import Aside

ACTS = by_command(ALL)
BEGINNING = datetime(2021, 1, 4, tzinfo=UTC)
BEFORE = datetime(2020, 1, 1, tzinfo=UTC)
"""Before every journey: the moment at which nothing is due yet."""
SOON = timedelta(minutes=1)

# Found by trying a million: in pairs, chain-of-identity ids that are the same but for three letters
# and the check character. Two right ones never differ in one character alone.
PATIENTS = (
    ("kymriah", "a7f00000-0000-4000-8000-00000005b2d5"),
    ("kymriah", "a7f00000-0000-4000-8000-00000010e8ec"),
    ("holoclar", "a7f00000-0000-4000-8000-0000000af228"),
    ("aucatzyl", "a7f00000-0000-4000-8000-000000121141"),
    ("ebvallo", "a7f00000-0000-4000-8000-00000004acb8"),
    ("zolgensma", "a7f00000-0000-4000-8000-00000010769d"),
)
"""Two of one product, and every other pathway; two are given in several doses."""


@dataclass(frozen=True)
class Patient:
    """One patient's place in the world: who, what, and at which steps it was put aside."""

    number: int
    product: str
    journey: UUID
    person: UUID
    refer: Command
    steps: list[tuple[str, str, datetime]] = field(default_factory=list)
    """Label, what the journey waits for there, and when that was."""

    @property
    def coi(self) -> str:
        return make_coi(self.journey.bytes)

    @property
    def key(self) -> str:
        return f"refer:{self.number}"


@dataclass
class World:
    """The database of one run of the machine, with its clock and its patients."""

    database: Database
    aside: Aside
    checker: Checker
    patients: tuple[Patient, ...] = ()
    now: datetime = BEGINNING
    engine_now: datetime = BEGINNING
    said: Mapping[type[Command], list[Command]] = field(default_factory=dict)
    """Every command that the walks have sent, by its kind."""

    def begin(self, picks: Sequence[tuple[Patient, int]]) -> None:
        """Have these patients in the tables, each at one of its steps, and nobody else."""
        steps = [patient.steps[at % len(patient.steps)] for patient, at in picks]
        self.checker.rest()
        self.aside.begin([label for label, _, _ in steps])
        self.now = self.engine_now = max(now for _, _, now in steps)
        self.checker.tell(BEFORE)

    def reach(self, moment: datetime) -> None:
        """Let it be no earlier than this moment."""
        self.now = max(self.now, moment)


def _patients(database: Database) -> Iterator[Patient]:
    for number, (product, journey) in enumerate(PATIENTS, start=1):
        # The same name and birthday; NHS numbers that differ in two digits.
        who = patient(nhs_number=nhs_number(900_000 + number))
        person = remember(database.app, who, BEGINNING)
        refer = Refer(
            occurred_at=BEGINNING + number * timedelta(weeks=5),
            person=person,
            source_reference=f"REF-00{number}",
            referring_organisation=CENTRE,
            treating_centre=CENTRE,
            product=product,
        )
        yield Patient(number, product, UUID(journey), person, refer)


def _step(world: World, facts: Facts, patient: Patient) -> None:
    """One step of a walk: by the engine where it owes one, else by the site."""
    assert facts.step is not None
    assert facts.since is not None
    if facts.step.owner is Role.SYSTEM:
        world.engine_now = facts.since
        assert drain(world.database.app, facts.stage, ACTS, journey=facts.journey)
        return
    command, who = honest(facts, patient.number)
    world.reach(command.occurred_at + SOON)
    key = key_of(facts, command, f"walk:{facts.journey}:{facts.version}")
    send(world.database.app, facts, Request(command, who, key, facts.journey), world.now)


def _walk(world: World, patient: Patient) -> None:
    """Walk a journey to its first visit of follow-up, and put it aside at every step."""
    app = world.database.app
    world.now = patient.refer.occurred_at + SOON
    request = Request(patient.refer, actor(Role.REFERRER), patient.key, patient.journey)
    record(app, request, world.now)
    while True:
        facts = present(app, patient.journey)
        assert facts.step is not None
        name = f"{patient.number}:{facts.version}"
        world.aside.keep(patient.journey, name)
        patient.steps.append((name, facts.step.command.name, world.now))
        if facts.step.command is RecordFollowUp:
            return
        _step(world, facts, patient)
        after = present(app, patient.journey)
        assert after.version > facts.version, f"stuck at {facts.step.command.name}"


def _said(checker: Checker) -> dict[type[Command], list[Command]]:
    found: dict[type[Command], list[Command]] = defaultdict(list)
    query = "SELECT name, payload FROM command WHERE outcome = 'accepted' ORDER BY received_at, key"
    for name, payload in checker.rows(query):
        found[COMMANDS[name]].append(COMMANDS[name].model_validate(payload))
    return found


@contextmanager
def _entered(database: Database, *, new: bool) -> Iterator[World]:
    """A world in a database of its own, while the clock is the world's."""
    aside = Aside(database.administrator, new=new)
    checker = Checker(database.application, {product for product, _ in PATIENTS})
    world = World(database, aside, checker)
    with serving(database), pytest.MonkeyPatch.context() as patched:
        patched.setattr(clock, "wall", lambda: world.now)
        patched.setattr(clock, "now", lambda: world.engine_now)
        patched.setattr(logger, "INTERVAL", timedelta(minutes=15))
        try:
            yield world
        finally:
            checker.close()
            aside.close()
            engine().dispose()
            MEMORY._entries.clear()  # these journeys go with their database


def _known_before(database: Database) -> None:
    """Everybody has had their account for long, as the checker sees it: the world is in 2021."""
    kept = "account_no_row_change"
    with psycopg.connect(database.administrator) as connection:
        connection.execute(f"ALTER TABLE account DISABLE TRIGGER {kept}")
        connection.execute("UPDATE account SET created_at = %s", (BEFORE,))
        connection.execute(f"ALTER TABLE account ENABLE ALWAYS TRIGGER {kept}")


def make(database: Database, file: Path) -> None:
    """Walk every patient in this database, and keep in `file` what is to be known of them."""
    with _entered(database, new=True) as world:
        _known_before(database)
        world.patients = tuple(_patients(database))
        for _ in range(2):
            stocked(database.app, "ebvallo", units=6)
        for one in world.patients:
            _walk(world, one)
        world.aside.analyse()
        file.write_bytes(pickle.dumps((world.patients, _said(world.checker))))
    database.dispose()


@contextmanager
def enter(database: Database, file: Path) -> Iterator[World]:
    """The world of a copy of the database that was made."""
    with _entered(database, new=False) as world:
        world.patients, world.said = pickle.loads(file.read_bytes())  # noqa: S301 - our own file
        yield world
