"""A fork server for all faults, and what tells that nothing is wrong after them."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from models.database import transaction
from models.invariants.checker import check
from models.keys import KEY_FILE
from models.replay import replay
from tasks.anchors import where
from tasks.clock import SIMULATED
from tasks.engine import URL
from tests.conftest import Database
from tests.faults.forks import Forks, fork_server
from tests.invariants.conftest import CALM

NAMES = (URL, "ATMPFLOW_PARTNERS", SIMULATED, KEY_FILE, where.FOLDERS, where.KEY_FILE)


@pytest.fixture(scope="session")
def fork_server_of_all(identity_key: Path) -> Iterator[Forks]:
    with fork_server({}) as forks:
        yield forks


def environment_of_processes() -> dict[str, str]:
    """What this process knows of its database, clock, keys and partners, for others."""
    return {name: os.environ[name] for name in NAMES}


@pytest.fixture
def forks(
    fork_server_of_all: Forks,
    own_database: Database,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Forks:
    """Processes on this test's own database, with partners asked by folder."""
    monkeypatch.setenv("ATMPFLOW_PARTNERS", str(tmp_path / "requests"))
    fork_server_of_all.environment = environment_of_processes()
    return fork_server_of_all


def nothing_wrong(database: Database) -> None:
    """The tables are what the ledger says, and no invariant is broken. Raises AssertionError."""
    with transaction(database.app) as connection:
        assert replay(connection) == []
    with psycopg.connect(database.application.replace("+psycopg", "")) as connection:
        assert list(check(connection, CALM).violations) == []


@pytest.fixture
def proofs(tmp_path: Path) -> Callable[[], Path]:
    """New names for the files that prove a fault."""
    numbers = iter(range(100_000))
    folder = tmp_path / "proofs"
    folder.mkdir()
    return lambda: folder / str(next(numbers))
