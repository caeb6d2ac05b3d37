"""A record worth an inspection: whole, warm, held, refused journeys, and one of another centre."""

import os
import pickle
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from atmpflow.commands.manufacture import StartManufacture
from atmpflow.events.manufacture import Lot
from atmpflow.journey import Facts
from atmpflow.people import Role
from desk.inspection.archive import Pack
from desk.inspection.gather import Asked
from desk.inspection.making import Made, make
from desk.simulation.people import actor
from models.database import transaction
from models.inspection.scope import Scope
from models.passwords import MEMORY_KIB
from models.printing import Printed, keep_print
from tasks.pictures import made
from tasks.signing import demand
from tests.conftest import Database, copied, serving
from tests.factories import (
    ask,
    held,
    lifted,
    move_of,
    opened,
    patient,
    present,
    refused,
    stocked,
    waits_for,
    walk,
)
from tests.invariants import stories
from tests.models.rows import execute

HERE, THERE = "R0A", "RX1"
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
CANARIES = ("Quillfeather", "Zinnia-Canary", "1963-11-17")
VECTOR = "LV-INSPECTED"


@dataclass(frozen=True)
class Inspected:
    """The record, and which journey is which."""

    database: Database
    whole: Facts
    warm: Facts
    elsewhere: Facts
    pair: tuple[Facts, Facts]
    batch: str
    nhs_number: str

    def pack(self, folder: Path, scope: Scope, **changed: Any) -> tuple[Made, Pack]:
        """A pack as it is given to an inspector, opened again."""
        values = {"made_by": "an-officer", "made_at": NOON, "verify": False, **changed}
        name = f"pack-{uuid4().hex[:6]}"
        written = make(self.database.app, Asked(scope, **values), folder, name)
        return written, Pack(written.archive)


class DrawnOnce:
    """Pictures by what they show: packs of one record have the same, and drawing takes long."""

    def __init__(self) -> None:
        self.drawn: dict[bytes, made.Picture] = {}

    def of(self, draw: Callable[[Any], made.Picture]) -> Callable[[Any], made.Picture]:
        def once(shown: Any) -> made.Picture:
            key = pickle.dumps(shown)
            if key not in self.drawn:
                self.drawn[key] = draw(shown)
            return self.drawn[key]

        return once


@pytest.fixture(scope="module", autouse=True)
def drawn_once() -> Iterator[DrawnOnce]:
    """Within a module a picture is drawn once; who needs it drawn again forgets it first."""
    pictures = DrawnOnce()
    with pytest.MonkeyPatch.context() as drawing:
        for name in ("_leg", "_custody"):
            drawing.setattr(made, name, pictures.of(getattr(made, name)))
        yield pictures


@pytest.fixture(scope="module")
def inspected(
    prepared_database: Database, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Inspected]:
    folder = tmp_path_factory.mktemp("inspected")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv(MEMORY_KIB, os.environ.get(MEMORY_KIB, "32"))
        with copied(prepared_database, folder) as database, serving(database):
            demand(database.app, actor(Role.COMPLIANCE))
            yield _played(database)


def _played(database: Database) -> Inspected:
    app = database.app
    who = patient(family_name=CANARIES[0], given_name=CANARIES[1], birth_date=CANARIES[2])
    batch = stocked(app, units=8)
    execute(
        database.application, "UPDATE stock_unit SET donation = 'DONOR-7' WHERE batch = %s", batch
    )
    first, second = (walk(app, opened(app, "ebvallo"), waits_for("accept-product")) for _ in "12")
    away = {"treating_centre": THERE, "referring_organisation": THERE}
    journey = _made_of_vector(app, opened(app, **away))
    facts = walk(app, journey, waits_for("record-quality-results"))
    ask(app, facts, move_of(facts).command, actor(Role.QUALITY_CONTROL, 3))
    elsewhere = present(app, journey)
    whole = _whole(app, _made_of_vector(app, opened(app, patient=who)))
    return Inspected(
        database, whole, stories.excursion_accepted(app), elsewhere, (first, second), batch,
        who.nhs_number,
    )  # fmt: skip


def _made_of_vector(app: Any, journey: UUID) -> UUID:
    facts = walk(app, journey, waits_for("start-manufacture"))
    move = move_of(facts)
    assert isinstance(move.command, StartManufacture)
    used = move.command.model_copy(update={"lots": (Lot(kind="vector", lot=VECTOR),)})
    ask(app, facts, used, move.actor)
    return journey


def _whole(app: Any, journey: UUID) -> Facts:
    """A journey with a hold, a refusal and printed labels on its way to the last visit."""
    facts = walk(app, journey, waits_for("record-quality-results"))
    refused(app, facts, move_of(facts).command, actor(Role.COURIER))
    lifted(app, held(app, facts))
    label = Printed(journey, "unit", "SIM-UNIT", 1, "pdf", bytes(32))
    with transaction(app) as connection:
        for _ in range(2):
            keep_print(connection, label, "simulated-manufacturer-1", NOON)
    return walk(app, present(app, journey).journey, lambda facts: False)
