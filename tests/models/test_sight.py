"""Row-level security: as the desk's role, another centre's journeys are not there at all."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest

from atmpflow.errors import Refused
from atmpflow.rights import ANY, Sight
from models.database import transaction
from models.sight import look_as, sight_of
from models.tables import METADATA
from tests.conftest import Database, copied, serving
from tests.factories import opened, walk

HERE, THERE = "R0A", "RX1"
NOBODY: frozenset[str] = frozenset()

TABLES = sorted(
    table.fullname for table in METADATA.tables.values() if "journey_id" in table.columns
)
JOURNEYS = {
    "journey": "SELECT id FROM journey",
    "logger_file": "SELECT s.journey_id FROM logger_file JOIN shipment s ON s.id = shipment_id",
}
"""What says whose a row is, where it is not the row itself."""

SURELY = {"journey", "ledger", "command", "unit", "custody", "shipment", "batch", "logger_file",
          "timer", "slot", "consent"}  # fmt: skip
"""Tables that hold something of a whole journey."""


@dataclass(frozen=True)
class Centres:
    """A database with whole journeys of two centres, and which are whose."""

    database: Database
    journeys: dict[str, set[UUID]]
    counted: dict[str, dict[str, int]]
    """By table and centre, how many rows there are, as the application sees them."""


@pytest.fixture(scope="module")
def centres(prepared_database: Database, tmp_path_factory: Any) -> Iterator[Centres]:
    folder: Path = tmp_path_factory.mktemp("sight")
    with copied(prepared_database, folder) as database, serving(database):
        journeys: dict[str, set[UUID]] = {}
        for centre in (HERE, THERE):
            where = {"treating_centre": centre, "referring_organisation": centre}
            whole = opened(database.app, "kymriah", **where)
            walk(database.app, whole, lambda facts: False)
            journeys[centre] = {whole, opened(database.app, "zolgensma", **where)}
        counted = {
            table: {
                centre: sum(1 for one in _seen(database, table, None) if one in journeys[centre])
                for centre in (HERE, THERE)
            }
            for table in (*TABLES, *JOURNEYS)
        }
        yield Centres(database, journeys, counted)


def _seen(database: Database, table: str, sight: Sight | None) -> list[UUID]:
    """The journey of every row that is there; nothing where nobody may even ask."""
    query = JOURNEYS.get(table, f"SELECT journey_id FROM {table}")  # noqa: S608
    with transaction(database.app) as connection:
        if sight is not None:
            look_as(connection, sight)
        try:
            rows: Any = connection.execute(query.encode()).fetchall()
        except psycopg.errors.InsufficientPrivilege:
            connection.rollback()
            return []
    return [row[0] for row in rows]


@pytest.mark.parametrize("table", sorted({*TABLES, *JOURNEYS}))
def test_a_centre_sees_its_own_and_nothing_of_another(centres: Centres, table: str) -> None:
    if table in SURELY:
        assert all(centres.counted[table].values()), "nothing to hide"
    for centre in (HERE, THERE):
        seen = _seen(centres.database, table, Sight(frozenset({centre}), NOBODY))
        assert set(seen) <= centres.journeys[centre]
        if table in SURELY:
            assert len(seen) == centres.counted[table][centre]


@pytest.mark.parametrize("table", sorted({*TABLES, *JOURNEYS}))
def test_who_may_see_no_centre_sees_nothing(centres: Centres, table: str) -> None:
    assert _seen(centres.database, table, Sight(NOBODY, NOBODY)) == []


def test_the_role_without_any_setting_sees_nothing(centres: Centres) -> None:
    with transaction(centres.database.app) as connection:
        connection.execute("SET LOCAL ROLE atmpflow_desk")
        assert connection.execute("SELECT FROM journey").fetchall() == []
        assert connection.execute("SELECT FROM ledger").fetchall() == []


def test_every_centre_is_seen_by_who_is_appointed_everywhere(centres: Centres) -> None:
    seen = set(_seen(centres.database, "ledger", Sight(frozenset({ANY}), NOBODY)))
    assert seen == centres.journeys[HERE] | centres.journeys[THERE]


def test_who_refers_sees_what_came_from_there(centres: Centres) -> None:
    seen = _seen(centres.database, "journey", Sight(NOBODY, frozenset({THERE})))
    assert set(seen) == centres.journeys[THERE]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE journey SET centre = 'R0A'",
        "DELETE FROM ledger",
        "INSERT INTO timer SELECT * FROM timer",
        "SELECT * FROM identity.person",
        "SELECT * FROM stock_unit",
        "SELECT * FROM genealogy",
        "SELECT * FROM account",
        "SELECT * FROM credential",
        "SELECT * FROM outbox",
        "SELECT * FROM reading",
    ],
)
def test_the_desk_writes_nothing_and_reads_nothing_else(centres: Centres, statement: str) -> None:
    with transaction(centres.database.app) as connection:
        look_as(connection, Sight(frozenset({ANY}), NOBODY))
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(statement.encode())
        connection.rollback()


def test_the_sight_ends_with_its_transaction(centres: Centres) -> None:
    assert _seen(centres.database, "journey", Sight(NOBODY, NOBODY)) == []
    assert len(_seen(centres.database, "journey", None)) == 4


FOUND = """
INSERT INTO finding (check_id, subject, severity, owner, found, opened_at, last_seen_at)
SELECT 'licence-hta', subject, 'critical', 'compliance-officer', 'none', now(), now()
FROM unnest(%s::text[]) AS subject
"""


def test_a_finding_of_no_journey_is_seen_by_its_centre_and_by_who_sees_everything(
    centres: Centres,
) -> None:
    with transaction(centres.database.app) as connection:
        connection.execute(FOUND, ([HERE, THERE, "backup"],))
    for sees, subjects in (
        ({HERE}, {HERE}),
        ({ANY}, {HERE, THERE, "backup"}),
        (NOBODY, set[str]()),
    ):
        with transaction(centres.database.app) as connection:
            look_as(connection, Sight(frozenset(sees), NOBODY))
            rows: Any = connection.execute("SELECT subject FROM finding WHERE journey_id IS NULL")
            assert {row[0] for row in rows.fetchall()} == subjects


def test_an_account_sees_where_it_is_appointed(centres: Centres) -> None:
    with transaction(centres.database.app) as connection:
        found = sight_of(connection, "simulated-coordinator-1", datetime.now(UTC))
        assert found == Sight(frozenset({ANY}), NOBODY)
        with pytest.raises(Refused, match="account-unknown"):
            sight_of(connection, "nobody-1", datetime.now(UTC))
