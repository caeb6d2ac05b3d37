"""Each safety rule that SQL can hold is held against the application's own role."""

# ruff: noqa: S608 - statements of the tests' own

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import errors

from atmpflow.commands.after import LiftHold
from atmpflow.people import Role
from desk.simulation.people import actor
from desk.simulation.step import present
from models.rejection import CONSTRAINTS, explain
from tests.conftest import Database, serving
from tests.factories import ask, held, journey_at
from tests.models.rows import execute, select

TOMORROW = "now() + interval '1 day'"


@dataclass(frozen=True)
class Pair:
    """Two journeys of two patients, each with units of its own, on site."""

    url: str
    mine: UUID
    my_units: tuple[str, ...]
    theirs: UUID
    their_unit: str


@pytest.fixture(scope="module")
def pair(prepared_database: Database) -> Pair:
    database = prepared_database
    with serving(database):
        mine, theirs = (journey_at(database.app, "prescribe-dose", "aucatzyl") for _ in range(2))
    query = "SELECT unit FROM unit WHERE journey_id = %s AND kind = 'product' ORDER BY unit"
    my_units = tuple(row[0] for row in select(database.app, query, mine.journey))
    their_unit = select(database.app, query, theirs.journey)[0][0]
    return Pair(database.application, mine.journey, my_units, theirs.journey, their_unit)


def _refused(url: str, statement: str, *values: Any) -> str:
    """The name of the constraint that refuses a statement."""
    with pytest.raises(errors.IntegrityError) as error:
        execute(url, statement, *values)
    found = error.value
    assert explain(found).code
    return found.diag.constraint_name or f"{type(found).__name__} {found.diag.column_name}"


GIVE = (
    "INSERT INTO administration (journey_id, dose, unit, started_at, ended_at, volume_ml,"
    " given_by, first_checker, second_checker)"
    " VALUES (%s, %s, %s, now(), now(), 50, 'physician', %s, %s)"
)


def test_a_dose_is_given_once_and_a_unit_is_given_once(pair: Pair):
    first, second = pair.my_units
    execute(pair.url, GIVE, pair.mine, 1, first, "a", "b")
    assert _refused(pair.url, GIVE, pair.mine, 1, second, "a", "b") == "pk_administration"
    assert _refused(pair.url, GIVE, pair.mine, 2, first, "a", "b") == "uq_administration_unit"
    assert execute(pair.url, GIVE, pair.mine, 2, second, "a", "b") == 1


def test_nothing_is_given_once_consent_to_treatment_was_taken_back(pair: Pair):
    taken = "UPDATE consent SET withdrawn_at = {} WHERE journey_id = %s AND scope = 'treatment'"
    execute(pair.url, taken.format("now() - interval '1 minute'"), pair.theirs)
    refused = _refused(pair.url, GIVE, pair.theirs, 9, pair.their_unit, "a", "b")
    assert refused == "administration_consented"
    execute(pair.url, taken.format("NULL"), pair.theirs)


HELD_THEN = (
    "INSERT INTO administration (journey_id, dose, unit, started_at, ended_at, volume_ml,"
    " given_by, first_checker, second_checker) SELECT %s, 9, %s, h.occurred_at + {}, now(), 50,"
    " 'physician', 'a', 'b' FROM ledger h WHERE h.journey_id = %s AND h.name = 'hold.placed'"
)


def test_no_dose_is_on_record_for_a_time_on_hold_though_it_was_lifted_since(own_database: Database):
    app, url = own_database.app, own_database.application
    facts = held(app, journey_at(app, "prescribe-dose", "aucatzyl"))
    query = "SELECT min(unit) FROM unit WHERE journey_id = %s AND kind = 'product'"
    ((unit,),) = select(app, query, facts.journey)
    about = (facts.journey, unit, facts.journey)
    open_ = HELD_THEN.format("interval '9 days'")
    assert _refused(url, open_, *about) == "administration_not_held"
    assert facts.hold is not None
    for role in (Role.PHYSICIAN, Role.PHARMACIST):
        at = facts.hold.occurred_at + timedelta(hours=1)
        ask(app, present(app, facts.journey), LiftHold(occurred_at=at, reason="C-1"), actor(role))
    during = HELD_THEN.format("interval '59 minutes'")
    assert _refused(url, during, *about) == "administration_not_held"
    execute(url, HELD_THEN.format("interval '60 minutes'"), *about)


def test_another_patients_unit_cannot_be_given_or_held(pair: Pair):
    refused = _refused(pair.url, GIVE, pair.mine, 7, pair.their_unit, "a", "b")
    assert refused == "fk_administration_unit_journey_id"
    take = (
        "INSERT INTO custody (unit, starts_at, journey_id, holder, role)"
        f" VALUES (%s, {TOMORROW}, %s, 'R0A', 'courier')"
    )
    foreign = _refused(pair.url, take, "NO-SUCH-UNIT", pair.mine)
    assert foreign == "fk_custody_unit_journey_id"
    from_holder = (
        "WITH ended AS (UPDATE custody SET ends_at = now() WHERE unit = %s AND ends_at IS NULL"
        " RETURNING unit, ends_at, holder)"
        " INSERT INTO custody (unit, starts_at, journey_id, holder, role, giver)"
        " SELECT unit, ends_at, %s, 'another', 'courier', holder FROM ended"
    )
    handed = _refused(pair.url, from_holder, pair.their_unit, pair.mine)
    assert handed == "fk_custody_unit_journey_id"
    with psycopg.connect(pair.url.replace("+psycopg", "")) as connection:
        handed_over: Any = from_holder
        assert connection.execute(handed_over, (pair.their_unit, pair.theirs)).rowcount == 1
        connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
        connection.rollback()  # other tests hold these rows against the ledger


def test_a_unit_cannot_move_to_another_patient(pair: Pair):
    move = "UPDATE unit SET journey_id = %s WHERE unit = %s"
    assert "fk_" in _refused(pair.url, move, pair.mine, pair.their_unit)
    stamp = (
        "INSERT INTO unit (unit, journey_id, kind, state, expires_at, recorded_at)"
        " VALUES (%s, %s, 'product', 'made', now(), now())"
    )
    assert _refused(pair.url, stamp, pair.their_unit, pair.mine) == "pk_unit"


def test_a_unit_has_a_parent_of_its_own_journey_only(pair: Pair):
    parent = "UPDATE unit SET parent = %s WHERE unit = %s"
    refused = _refused(pair.url, parent, pair.their_unit, pair.my_units[0])
    assert refused == "fk_unit_parent_journey_id"


@pytest.mark.parametrize(
    ("first", "second", "constraint"),
    [("a", "a", "administration_four_eyes"), ("", "b", "administration_checked")],
)
def test_two_different_people_checked_every_dose(
    pair: Pair, first: str, second: str, constraint: str
):
    assert _refused(pair.url, GIVE, pair.mine, 1, pair.my_units[0], first, second) == constraint


def test_nobody_holds_a_unit_while_another_does(pair: Pair):
    take = (
        "INSERT INTO custody (unit, starts_at, journey_id, holder, role)"
        f" VALUES (%s, {TOMORROW}, %s, 'R0A', 'courier')"
    )
    assert _refused(pair.url, take, pair.my_units[0], pair.mine) == "ex_custody_one_holder"
    early = "UPDATE custody SET ends_at = starts_at - interval '1 s'"
    backwards = f"{early} WHERE unit = %s AND ends_at IS NULL"
    assert _refused(pair.url, backwards, pair.my_units[0]) == "custody_interval"


def test_a_resource_is_held_for_one_journey_at_a_time(pair: Pair):
    book = (
        "INSERT INTO slot (journey_id, seq, kind, resource, starts_at, ends_at)"
        " VALUES (%s, 999, 'bed', %s, %s, %s)"
    )
    bed = f"bed {uuid4()}"
    execute(pair.url, book, pair.mine, bed, "2031-01-01 00:00Z", "2031-01-03 00:00Z")
    for begins, ends in (
        ("2031-01-02 00:00Z", "2031-01-04 00:00Z"),
        ("2030-12-31 00:00Z", "2031-01-01 00:01Z"),
        ("2031-01-01 12:00Z", "2031-01-01 13:00Z"),
    ):
        assert _refused(pair.url, book, pair.theirs, bed, begins, ends) == "ex_slot_one_journey"
    empty = _refused(pair.url, book, pair.theirs, bed, "2031-01-03 00:00Z", "2031-01-03 00:00Z")
    assert empty == "slot_interval"
    assert execute(pair.url, book, pair.theirs, bed, "2031-01-03 00:00Z", "2031-01-04 00:00Z")


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("certified_by = made_by", "batch_qp_independent"),
        ("certified_by = checked_by", "batch_qp_independent"),
        ("made_by = certified_by", "batch_qp_independent"),
        ("certificate = NULL", "batch_certified_whole"),
        ("in_specification = false", "batch_certified_whole"),
        ("checked_by = NULL", "batch_certified_whole"),
    ],
)
def test_a_certified_batch_was_made_and_checked_by_others_and_is_whole(
    pair: Pair, change: str, constraint: str
):
    statement = f"UPDATE batch SET {change} WHERE journey_id = %s"
    assert _refused(pair.url, statement, pair.mine) == constraint


WRONG = "in_specification = false, evaluation = 'RE', request = 'RQ'"


@pytest.mark.parametrize(
    "change",
    [
        "in_specification = NULL",
        f"{WRONG}, evaluated_by = 'a'",
        f"{WRONG}, requested_by = 'b'",
        f"{WRONG}, evaluated_by = 'a', requested_by = 'a'",
        f"{WRONG}, evaluated_by = certified_by, requested_by = 'b'",
        f"{WRONG}, evaluated_by = 'a', requested_by = certified_by",
        f"{WRONG}, evaluated_by = 'a', requested_by = 'b', evaluation = NULL".replace(
            "evaluation = 'RE', ", ""
        ),
    ],
)
def test_out_of_specification_is_certified_only_with_the_signatures_of_two_others(
    pair: Pair, change: str
):
    statement = f"UPDATE batch SET {change} WHERE journey_id = %s"
    assert _refused(pair.url, statement, pair.theirs) == "batch_certified_whole"


def test_out_of_specification_is_certified_when_two_others_have_signed(pair: Pair):
    signed = (
        f"UPDATE batch SET {WRONG}, evaluated_by = 'a', requested_by = 'b' WHERE journey_id = %s"
    )
    assert execute(pair.url, signed, pair.theirs) == 1


@pytest.mark.parametrize("state", ["damaged", "written-off", "rejected", "destroyed", "left"])
def test_what_is_damaged_or_written_off_is_never_given(pair: Pair, state: str):
    put = "UPDATE unit SET state = %s WHERE unit = %s"
    with psycopg.connect(pair.url.replace("+psycopg", "")) as connection:
        connection.execute(put, (state, pair.their_unit))
        with pytest.raises(errors.IntegrityError) as error:
            connection.execute(GIVE, (pair.theirs, 9, pair.their_unit, "a", "b"))
        connection.rollback()  # custody would have to end with it
    assert error.value.diag.constraint_name == "administration_usable"


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("waits_for = NULL", "journey_waits_for_something"),
        ("waits_owner = NULL", "journey_waits_for_something"),
        ("waits_since = NULL", "journey_waits_for_something"),
        ("waits_until = NULL", "journey_waits_for_something"),
        ("ended = 'completed'", "journey_ended"),
        ("ended_at = now()", "journey_ended"),
        ("version = 0", "journey_version"),
        ("centre = 'ZZZ'", "fk_journey_centre"),
        ("person_id = gen_random_uuid()", "fk_journey_person_id"),
    ],
)
def test_an_open_journey_waits_for_something_of_somebody(pair: Pair, change: str, constraint: str):
    assert _refused(pair.url, f"UPDATE journey SET {change} WHERE id = %s", pair.mine) == constraint


def test_a_key_is_accepted_once_and_refused_as_often_as_it_comes(pair: Pair):
    ask = (
        "INSERT INTO command (id, journey_id, name, actor, role, key, content_hash, payload,"
        " received_at, outcome, code) VALUES (gen_random_uuid(), %s, 'place-hold', 'a', 'qp', %s,"
        " sha256('x'), '{}', now(), %s, %s)"
    )
    key = f"key {uuid4()}"
    assert execute(pair.url, ask, pair.mine, key, "rejected", "not-now") == 1
    assert execute(pair.url, ask, pair.mine, key, "accepted", None) == 1
    assert execute(pair.url, ask, pair.mine, key, "rejected", "not-now") == 1
    again = _refused(pair.url, ask, pair.theirs, key, "accepted", None)
    assert again == "uq_command_accepted_key"


def test_a_journeys_id_on_labels_is_nobody_elses(pair: Pair):
    same = "UPDATE journey SET coi = (SELECT coi FROM journey WHERE id = %s) WHERE id = %s"
    assert _refused(pair.url, same, pair.mine, pair.theirs) == "uq_journey_coi"


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("collected_at = packed_at - interval '1 s'", "shipment_collected"),
        ("delivered_at = collected_at - interval '1 s'", "shipment_delivered"),
        ("received_at = delivered_at - interval '1 s'", "shipment_received"),
        ("verdict = 'fine'", "shipment_verdict"),
        ("leg = 'sideways'", "shipment_leg"),
    ],
)
def test_a_shipment_goes_forward_in_time(pair: Pair, change: str, constraint: str):
    statement = f"UPDATE shipment SET {change} WHERE journey_id = %s AND leg = 'inbound'"
    assert _refused(pair.url, statement, pair.mine) == constraint


def test_every_constraint_that_is_explained_exists(database: Database):
    names = {row[0] for row in select(database.app, "SELECT conname::text FROM pg_constraint")}
    names |= {row[0] for row in select(database.app, "SELECT indexname::text FROM pg_indexes")}
    names |= {row[0] for row in select(database.app, "SELECT tgname::text FROM pg_trigger")}
    assert set(CONSTRAINTS) <= names


def test_an_unexplained_constraint_is_named_and_its_values_are_not(database: Database):
    with (
        pytest.raises(psycopg.errors.CheckViolation) as error,
        psycopg.connect(database.application.replace("+psycopg", "")) as connection,
    ):
        connection.execute(
            "INSERT INTO organisation (ods_code, name, kind, source)"
            " VALUES ('secret-code', 'Secret', 'trust', 'ABC')"
        )
    refused = explain(error.value)
    assert "organisation_code" in refused.message
    assert "Secret" not in str(refused)
    assert "ABC" not in str(refused)
