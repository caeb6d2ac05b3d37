"""Databases with whole journeys in them, to be damaged as a superuser could."""

# ruff: noqa: S608 - statements of the tests' own

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb
from sqlalchemy import Engine

from atmpflow.people import Actor, Role
from deployments.roles import OWNER_ROLE
from models.append import sealed
from models.chain import GENESIS
from models.database import connect
from models.invariants.checker import Circumstances, Report, check
from models.people import look_up
from tasks import clock
from tasks.engine import engine
from tests.conftest import BEFORE_EVERYTHING, Database, copied, serving
from tests.factories import finished, held, journey_at, lifted

EVERY_PATHWAY = ("aucatzyl", "ebvallo", "zolgensma", "holoclar")
CALM = Circumstances(now=datetime.fromisoformat(BEFORE_EVERYTHING), patience=timedelta(days=9))
"""Nothing is due and nobody hurries: what is found is not a matter of time."""

SEALED = ("journey_id", "seq", "name", "stage", "actor", "role", "occurred_at", "recorded_at",
          "command_id", "payload")  # fmt: skip
COPIES = count(1)


GUARDED = ("ledger", "command", "reading", "logger_file", "logger", "calibration")
"""Tables whose triggers a superuser switches off to change them."""


@dataclass(frozen=True)
class Record:
    """A database of one test's own, as a superuser and as the application reach it."""

    administrator: str
    application: str

    def change(self, *statements: str, **values: Any) -> None:
        """Change rows as nobody but a superuser can: past triggers, keys and the guards."""
        with psycopg.connect(self.administrator) as connection:
            connection.execute("SET session_replication_role = 'replica'")
            for table in GUARDED:
                connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL".encode())
            for statement in statements:
                cursor = connection.execute(statement.encode(), values)
                assert cursor.rowcount != 0, f"nothing was changed by {statement}"

    def one(self, query: str, **values: Any) -> Any:
        """The first value of the first row."""
        with psycopg.connect(self.administrator) as connection:
            row: Any = connection.execute(query.encode(), values).fetchone()
        return row[0]

    def journey(self, product: str, *, ended: bool = True) -> UUID:
        """A journey of a product."""
        query = (
            "SELECT id FROM journey WHERE product = %(product)s AND (ended IS NOT NULL) = %(ended)s"
        )
        return self.one(query, product=product, ended=ended)

    def nhs_number(self, journey: UUID) -> str:
        """The patient's NHS number, opened as the application may."""
        person = self.one("SELECT person_id FROM journey WHERE id = %(id)s", id=journey)
        app = connect(self.application.replace("://", "+psycopg://"))
        who = Actor("a-clinician", Role.PHYSICIAN)
        found = look_up(app, person, actor=who, reason="test", now=clock.wall())
        app.dispose()
        return found.nhs_number

    def edit(self, journey: UUID, event: str, **fields: Any) -> None:
        """Change an event's payload and seal the whole chain anew, as an insider would."""
        self.change(
            f"UPDATE ledger SET payload = payload || %(fields)s WHERE journey_id = %(journey)s"
            f" AND seq = (SELECT max(seq) FROM ledger"
            f" WHERE journey_id = %(journey)s AND name = '{event}')",
            journey=journey,
            fields=Jsonb(fields),
        )
        self.seal(journey)

    def seal(self, journey: UUID) -> None:
        """Compute the chain of a journey anew, with the engine's own code, up to its head."""
        with psycopg.connect(self.administrator, row_factory=dict_row) as connection:
            connection.execute("SET timezone = 'UTC'")
            connection.execute("ALTER TABLE ledger DISABLE TRIGGER ALL")
            query = "SELECT * FROM ledger WHERE journey_id = %s ORDER BY seq"
            digest = GENESIS
            for row in connection.execute(query, (journey,)).fetchall():
                previous = digest
                digest = sealed({column: row[column] for column in SEALED}, previous)
                connection.execute(
                    "UPDATE ledger SET previous = %s, hash = %s WHERE id = %s",
                    (previous, digest, row["id"]),
                )
            connection.execute("UPDATE journey SET head = %s WHERE id = %s", (digest, journey))

    def report(self, circumstances: Circumstances = CALM) -> Report:
        """What the checker says, asked as the application."""
        with psycopg.connect(self.application) as connection:
            return check(connection, circumstances)

    def found(self, circumstances: Circumstances = CALM) -> set[tuple[str, UUID | None]]:
        """Which invariants are broken, in which journeys."""
        violations = self.report(circumstances).violations
        return {(violation.number, violation.journey) for violation in violations}


def record_of(database: Database) -> Record:
    """A test's database as these tests look at it."""
    return Record(database.administrator, database.application.replace("+psycopg", ""))


@pytest.fixture(scope="session")
def filled(
    prepared_database: Database, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    """Whole journeys of every pathway, one under way, one that was on hold and one that is."""
    with copied(prepared_database, tmp_path_factory.mktemp("filled")) as database:
        with serving(database):
            _fill(database.app)
            engine().dispose()
        database.dispose()  # a database is copied only while nobody is in it
        yield database


def _fill(app: Engine) -> None:
    for product in EVERY_PATHWAY:
        assert finished(app, product).ended == "completed"
    journey_at(app, "start-manufacture", "kymriah")
    lifted(app, held(app, journey_at(app, "confirm-order", "hemgenix")))
    held(app, journey_at(app, "record-quality-results", "casgevy"))


@pytest.fixture
def record(filled: Database) -> Iterator[Record]:
    """A copy of the whole journeys, to be damaged."""
    with _copy(record_of(filled)) as copy:
        yield copy


@contextmanager
def _copy(of: Record) -> Iterator[Record]:
    source = conninfo_to_dict(of.administrator)["dbname"]
    name = f"atmpflow_damaged_{next(COPIES)}"
    postgres = of.administrator.replace(f"/{source}?", "/postgres?")
    with psycopg.connect(postgres, autocommit=True) as connection:
        names = map(sql.Identifier, (name, OWNER_ROLE, str(source)))
        connection.execute(sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}").format(*names))
        try:
            urls = (
                url.replace(f"/{source}?", f"/{name}?")
                for url in (of.administrator, of.application)
            )
            yield Record(*urls)
        finally:
            drop = sql.SQL("DROP DATABASE {} WITH (FORCE)")
            connection.execute(drop.format(sql.Identifier(name)))
