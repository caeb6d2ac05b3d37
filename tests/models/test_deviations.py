"""A quarantined leg is a deviation of each unit; until it is accepted SQL lets nobody use them."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg import errors
from sqlalchemy import Engine

from atmpflow.commands.shipment import AssessShipment, DecideDeviation
from atmpflow.journey import Facts
from atmpflow.people import ENGINE, Role
from deployments.roles import plain
from desk.simulation.people import actor
from desk.simulation.step import present
from models.database import transaction
from models.renewal import renew
from models.replay import replay
from tests.conftest import Database, copied, serving
from tests.factories import ask, journey_at, step, waits_for, walk
from tests.memory import good_leg
from tests.models.rows import execute, select


def _quarantined(app: Engine, product: str = "aucatzyl") -> Facts:
    """A journey whose product came in after 90 minutes outside its band."""
    facts = journey_at(app, "record-temperature-log", product)
    facts = walk(app, facts.journey, lambda now: now.stage == "delivery")
    facts = walk(app, facts.journey, waits_for("assess-shipment"))
    judged = good_leg(facts, facts.history[-1].occurred_at)
    warm = judged.model_copy(update={"minutes_outside": 90.0, "highest_c": -100.0})
    ask(app, facts, AssessShipment.model_validate(warm.model_dump()), ENGINE)
    return present(app, facts.journey)


@pytest.fixture(scope="module")
def held(
    prepared_database: Database, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Database, Facts]]:
    folder = tmp_path_factory.mktemp("deviations")
    with copied(prepared_database, folder) as own, serving(own):
        yield own, _quarantined(own.app)


@pytest.fixture
def connection(held: tuple[Database, Facts]) -> Iterator[psycopg.Connection[Any]]:
    """The application's own role, in a transaction that leaves nothing behind."""
    with psycopg.connect(plain(held[0].application)) as connection:
        yield connection
        connection.rollback()


ROWS = (
    "SELECT unit, leg, reasons, owner, due_at - opened_at = interval '3 days', decision,"
    " justification, decided_by FROM deviation WHERE journey_id = %s ORDER BY unit"
)


def _units(app: Engine, journey: UUID) -> list[str]:
    query = "SELECT unit FROM unit WHERE journey_id = %s AND kind = 'product' ORDER BY unit"
    return [row[0] for row in select(app, query, journey)]


def test_each_unit_has_a_deviation_with_owner_clock_and_reasons(held: tuple[Database, Facts]):
    database, facts = held
    units = _units(database.app, facts.journey)
    assert len(units) > 1
    assert select(database.app, ROWS, facts.journey) == [
        (unit, "inbound", "excursion", "qualified-person", True, None, None, None) for unit in units
    ]


GIVE = (
    "INSERT INTO administration (journey_id, dose, unit, started_at, ended_at, volume_ml,"
    " given_by, first_checker, second_checker)"
    " SELECT journey_id, 1, unit, now(), now(), 50, 'physician', 'a', 'b' FROM deviation"
    " WHERE journey_id = %s LIMIT 1"
)
CERTIFY = "UPDATE batch SET certified_at = now() WHERE journey_id = %s"
SHIP = "UPDATE shipment SET packed_at = packed_at WHERE journey_id = %s"
BOOK = (
    "INSERT INTO shipment (id, journey_id, leg, courier, reference, sender, receiver)"
    " SELECT gen_random_uuid(), %s, 'inbound', 'c', 'r', 'a', 'b'"
)


@pytest.mark.parametrize(
    ("statement", "constraint"),
    [
        (GIVE, "administration_no_deviation"),
        (CERTIFY, "batch_no_deviation"),
        (SHIP, "shipment_no_deviation"),
        (BOOK, "shipment_no_deviation"),
    ],
)
def test_the_database_refuses_to_give_certify_or_ship_while_it_is_open(
    held: tuple[Database, Facts],
    connection: psycopg.Connection[Any],
    statement: str,
    constraint: str,
):
    with pytest.raises(errors.CheckViolation) as refused:
        connection.execute(statement.encode(), (held[1].journey,))
    assert refused.value.diag.constraint_name == constraint


@pytest.mark.parametrize("state", ["accepted", "released", "on-site", "prepared", "used", "given"])
def test_the_database_refuses_any_state_in_which_it_could_be_used(
    held: tuple[Database, Facts], connection: psycopg.Connection[Any], state: str
):
    query = b"UPDATE unit SET state = %s WHERE journey_id = %s AND kind = 'product'"
    connection.execute(query, (state, held[1].journey))
    if state in ("used", "given"):  # nobody holds it any more: let custody not be in the way
        ended = "UPDATE custody SET ends_at = now() WHERE journey_id = %s AND ends_at IS NULL"
        connection.execute(ended, (held[1].journey,))
    with pytest.raises(errors.CheckViolation) as refused:
        connection.execute("SET CONSTRAINTS unit_no_deviation IMMEDIATE")
    assert refused.value.diag.constraint_name == "unit_no_deviation"


def test_a_rejected_unit_is_as_little_used_as_an_open_one(
    held: tuple[Database, Facts], connection: psycopg.Connection[Any]
):
    decide = (
        "UPDATE deviation SET decision = 'rejected', justification = 'D', decided_at = now(),"
        " decided_by = 'qp' WHERE journey_id = %s"
    )
    connection.execute(decide.encode(), (held[1].journey,))
    with pytest.raises(errors.CheckViolation) as refused:
        connection.execute(GIVE.encode(), (held[1].journey,))
    assert refused.value.diag.constraint_name == "administration_no_deviation"


def test_nobody_accepts_one_past_the_ledger_and_nobody_takes_it_away(
    held: tuple[Database, Facts],
):
    database, facts = held
    accept = (
        "UPDATE deviation SET decision = 'accepted', justification = 'D', decided_at = now(),"
        " decided_by = 'qp' WHERE journey_id = %s"
    )
    with pytest.raises(errors.CheckViolation) as refused:
        execute(database.application, accept, facts.journey)
    assert refused.value.diag.constraint_name == "deviation_accepted_on_record"
    for statement in (
        "DELETE FROM deviation WHERE journey_id = %s",
        "UPDATE deviation SET due_at = due_at + interval '1 year' WHERE journey_id = %s",
    ):
        with pytest.raises(errors.InsufficientPrivilege):
            execute(database.application, statement, facts.journey)


def _decide(app: Engine, facts: Facts, decision: Any) -> Facts:
    at = facts.history[-1].occurred_at
    command = DecideDeviation(occurred_at=at, decision=decision, justification="DEV-7")
    ask(app, facts, command, actor(Role.QP))
    return present(app, facts.journey)


def test_accepted_with_its_justification_the_product_goes_on_and_stays_accepted(
    held: tuple[Database, Facts],
):
    database, _ = held
    facts = _quarantined(database.app)
    facts = _decide(database.app, facts, "accept")
    rows = select(database.app, ROWS, facts.journey)
    qp = actor(Role.QP).id
    assert {row[5:] for row in rows} == {("accepted", "DEV-7", qp)}
    facts = step(database.app, facts)
    assert facts.stage != "delivery"
    undo = "UPDATE deviation SET decision = NULL WHERE journey_id = %s"
    with pytest.raises(errors.CheckViolation) as refused:
        execute(database.application, undo, facts.journey)
    assert refused.value.diag.constraint_name == "deviation_stays_decided"
    with transaction(database.app) as connection:
        assert replay(connection) == []


def test_rejected_or_written_off_it_is_closed_too(held: tuple[Database, Facts]):
    database, _ = held
    facts = _decide(database.app, _quarantined(database.app), "reject")
    assert {row[5] for row in select(database.app, ROWS, facts.journey)} == {"rejected"}
    with transaction(database.app) as connection:
        assert replay(connection) == []


def test_what_an_earlier_version_had_quarantined_has_its_deviations_after_the_upgrade(
    own_database: Database,
):
    facts = _quarantined(own_database.app)
    before = select(own_database.app, ROWS, facts.journey)
    execute(own_database.owner_url, "DELETE FROM deviation WHERE journey_id = %s", facts.journey)
    assert renew(own_database.owner) == len(before)
    assert select(own_database.app, ROWS, facts.journey) == before
