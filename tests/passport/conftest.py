"""A journey under way whose first events are anchored among others', and its passport."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from tasks.anchors import where
from tasks.anchors.key import public_file, trusted
from tasks.anchors.make import make_anchor
from tasks.passport.check import Trust
from tasks.passport.key import key_file
from tasks.passport.make import Passport, make_passport
from tests.conftest import Database, copied, serving
from tests.factories import opened, patient, step, walk

NOW = timedelta()
CANARIES = {"family_name": "Quillfeather", "given_name": "Zephyrine", "birth_date": "1931-07-19"}
ANCHORED = 45
"""How many events the anchor holds, at least; the journey goes on after it."""


@dataclass(frozen=True)
class Issued:
    """A passport, and what whoever checks it was given by another way."""

    database: Database
    passport: Passport
    trust: Trust
    key_files: tuple[Path, Path]
    key_file: Path
    nhs_number: str


@pytest.fixture(scope="session")
def issued(
    prepared_database: Database, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Issued]:
    """The passport of a journey of a planted patient, with several journeys in the anchor."""
    folder = tmp_path_factory.mktemp("passports")
    with copied(prepared_database, folder) as database:
        with serving(database):
            made = _issued(database)
        yield made


def _issued(database: Database) -> Issued:
    app, who = database.app, patient(**CANARIES)
    for _ in range(2):
        opened(app)
    facts = walk(app, opened(app, patient=who), lambda one: one.version >= ANCHORED)
    for _ in range(3):
        opened(app, "zolgensma")
    make_anchor(app, "asked", grace=NOW)
    step(app, step(app, facts))
    made = make_passport(app, facts.journey)
    trust = Trust(trusted(key_file()), trusted(where.key_file()))
    files = public_file(key_file()), public_file(where.key_file())
    return Issued(database, made, trust, files, key_file(), who.nhs_number)
