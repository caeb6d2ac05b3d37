"""A database in which signatures are demanded, and people who are enrolled to sign."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pyotp
import pytest

from atmpflow.people import Actor, Role
from desk.simulation.people import actor
from desk.simulation.people import enrol as appoint
from desk.simulation.signing import ADMINISTRATOR
from models.enrolling import Enrolled, enrol, issue_code
from models.passwords import MEMORY_KIB
from models.proving import Proof
from tasks import clock
from tasks.signing import demand
from tests.conftest import Database, copied, serving

PASSWORD = "seven green lorries at noon"


@pytest.fixture(scope="session")
def cheap_passwords() -> Iterator[None]:
    """Passwords that cost next to nothing; what they cost by default has a test of its own."""
    before = os.environ.get(MEMORY_KIB)
    os.environ[MEMORY_KIB] = "32"
    yield
    os.environ.pop(MEMORY_KIB) if before is None else os.environ.update({MEMORY_KIB: before})


@pytest.fixture(scope="module")  # each code of an account counts once
def demanding_database(
    prepared_database: Database, tmp_path_factory: pytest.TempPathFactory, cheap_passwords: None
) -> Iterator[Database]:
    folder: Path = tmp_path_factory.mktemp("signing")
    with copied(prepared_database, folder) as database:
        officer = actor(Role.COMPLIANCE)
        demand(database.app, officer)
        yield database


@pytest.fixture
def signing(demanding_database: Database) -> Iterator[Database]:
    """A database in which what needs a signature is refused without one."""
    with serving(demanding_database):
        yield demanding_database


@dataclass(frozen=True)
class Signer:
    """Somebody with a password and an authenticator."""

    who: Actor
    enrolled: Enrolled

    def proof(self, at: datetime, password: str = PASSWORD, *, drift: int = 0) -> Proof:
        """What they would type at a moment."""
        code = pyotp.TOTP(self.enrolled.secret).at(at + timedelta(seconds=30 * drift))
        return Proof(password, code)


def appointed(database: Database, role: Role, number: int) -> Actor:
    """Somebody in a role, trained for everything, who cannot sign yet."""
    who = actor(role, number)
    appoint(database.owner, {who.id: (role,)})
    return who


def signer(database: Database, role: Role, number: int, at: datetime | None = None) -> Signer:
    """Somebody new in a role, enrolled by the administrator's code and their own password."""
    who = appointed(database, role, number)
    now = at or clock.wall()
    code = issue_code(database.app, who.id, by=ADMINISTRATOR, now=now)
    return Signer(who, enrol(database.app, code, PASSWORD, now))
