"""The world of the state machine: made once, copied for whoever plays in it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from deployments.roles import OWNER_ROLE
from tests.conftest import Database, _database, copied
from tests.machine.world import make

COPIES = count(1)
QUICK = ("synchronous_commit", "track_counts", "track_activities")
"""Settings that are off in a copy: nothing is to outlast it, and nobody looks at its statistics."""


@dataclass(frozen=True)
class Made:
    """A database in which every patient was walked; nobody is in it."""

    database: Database
    file: Path

    @contextmanager
    def copy(self) -> Iterator[Database]:
        """A copy to play in, gone afterwards."""
        new = f"atmpflow_machine_{next(COPIES)}"
        old = conninfo_to_dict(self.database.administrator)["dbname"]
        postgres = self.database.administrator.replace(f"/{old}?", "/postgres?")
        urls = [
            url.replace(f"/{old}?", f"/{new}?")
            for url in (
                self.database.application,
                self.database.owner_url,
                self.database.administrator,
            )
        ]
        with psycopg.connect(postgres, autocommit=True) as connection:
            create = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}")
            names = (new, OWNER_ROLE, str(old))
            connection.execute(create.format(*map(sql.Identifier, names)))
            for setting in QUICK:
                quick = sql.SQL("ALTER DATABASE {} SET {} = off")
                connection.execute(quick.format(sql.Identifier(new), sql.Identifier(setting)))
            database = _database((urls[0], urls[1], urls[2]), self.file.with_name(new))
            try:
                yield database
            finally:
                database.dispose()
                drop = sql.SQL("DROP DATABASE {} WITH (FORCE)")
                connection.execute(drop.format(sql.Identifier(new)))


@pytest.fixture(scope="session")
def made(prepared_database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    """Every patient, walked and put aside at each step."""
    folder = tmp_path_factory.mktemp("machine")
    with copied(prepared_database, folder) as database:
        make(database, folder / "world.pickle")
        yield Made(database, folder / "world.pickle")
