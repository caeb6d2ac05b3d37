"""Custody has no gap, no overlap and no giver who did not hold it; the database holds that."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import errors, sql

from atmpflow.commands.recovery import ChangeCourier
from atmpflow.events.shipment import CourierBooked, ShipmentPacked
from atmpflow.journey import Facts, apply, begin
from atmpflow.people import Role
from desk.simulation.people import actor
from models.changes import Update
from models.material import Custody
from models.projection import changes
from models.rejection import explain
from tests.conftest import Database, serving
from tests.factories import journey_at
from tests.memory import asked, stepped, waiting_for
from tests.models.rows import execute, select

START = datetime(2031, 3, 1, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
TAKE = (
    "INSERT INTO custody (unit, starts_at, ends_at, journey_id, holder, role, giver)"
    " VALUES (%s, %s, %s, %s, %s, 'courier', %s)"
)


@dataclass(frozen=True)
class Turn:
    """A holder, hours from the end of the turn before, and who is said to have given."""

    holder: str
    after_h: int = 0
    giver: str | None = None


@pytest.fixture(scope="module")
def journey(prepared_database: Database) -> UUID:
    with serving(prepared_database):
        return journey_at(prepared_database.app, "record-consent", "kymriah").journey


def _held(database: Database, journey: UUID, turns: Sequence[Turn]) -> None:
    """Write the turns of a new unit, and hold what is held at a commit; then leave nothing."""
    with psycopg.connect(database.application.replace("+psycopg", "")) as connection:
        connection.execute(
            "INSERT INTO unit (unit, journey_id, kind, state, expires_at, recorded_at)"
            " VALUES ('PASSED-ON', %s, 'material', 'collected', %s, %s)",
            (journey, START, START),
        )
        at = START
        for number, turn in enumerate(turns, 1):
            begins = at + turn.after_h * HOUR
            at = begins + HOUR
            ends = at if number < len(turns) else None  # the last holder has it still
            row = ("PASSED-ON", begins, ends, journey, turn.holder, turn.giver)
            connection.execute(TAKE, row)
        connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
        connection.rollback()


def _refused(database: Database, journey: UUID, *turns: Turn) -> str:
    with pytest.raises(errors.IntegrityError) as error:
        _held(database, journey, turns)
    assert explain(error.value).code.startswith("custody-")
    return error.value.diag.constraint_name or ""


def test_whoever_takes_over_does_so_from_the_holder_at_that_very_moment(
    database: Database, journey: UUID
):
    _held(database, journey, [Turn("A"), Turn("B", 0, "A"), Turn("A", 0, "B")])


@pytest.mark.parametrize(
    ("second", "constraint"),
    [
        (Turn("B", 1, "A"), "custody_contiguous"),
        (Turn("B", 0, "C"), "custody_contiguous"),
        (Turn("B", 0, None), "custody_contiguous"),
        (Turn("A", 0, "A"), "custody_changes_hands"),
    ],
    ids=["an hour with nobody", "given by another", "given by nobody", "given to oneself"],
)
def test_a_hand_over_that_does_not_follow_is_refused(
    database: Database, journey: UUID, second: Turn, constraint: str
):
    assert _refused(database, journey, Turn("A"), second) == constraint


def test_two_holders_at_once_and_a_first_holder_with_a_giver_are_refused(
    database: Database, journey: UUID
):
    early = (Turn("A"), Turn("B", 0, "A"), Turn("C", -1, "B"))
    assert _refused(database, journey, *early) in ("ex_custody_one_holder", "pk_custody")
    assert _refused(database, journey, Turn("A", 0, "Z")) == "custody_contiguous"


@pytest.fixture(scope="module")
def held(prepared_database: Database) -> Iterator[str]:
    """A unit on the shelf of whoever received it, in a database of its own rows."""
    with serving(prepared_database):
        facts = journey_at(prepared_database.app, "prescribe-dose", "aucatzyl")
        query = "SELECT min(unit) FROM unit WHERE journey_id = %s AND kind = 'product'"
        yield str(select(prepared_database.app, query, facts.journey)[0][0])


ATTACKS = {
    "nobody holds it from now on": (
        "UPDATE custody SET ends_at = now() WHERE unit = %(unit)s AND ends_at IS NULL",
        "custody_to_the_end",
    ),
    "it is damaged and held all the same": (
        "UPDATE unit SET state = 'damaged' WHERE unit = %(unit)s",
        "custody_to_the_end",
    ),
    "it begins and nobody holds it": (
        "INSERT INTO unit (unit, journey_id, kind, state, expires_at, recorded_at)"
        " SELECT 'NEW-' || unit, journey_id, kind, state, expires_at, now() FROM unit"
        " WHERE unit = %(unit)s",
        "custody_to_the_end",
    ),
    "another shipper was scanned": (
        "WITH ended AS (UPDATE custody SET ends_at = now()"
        " WHERE unit = %(unit)s AND ends_at IS NULL RETURNING *)"
        " INSERT INTO custody (unit, starts_at, journey_id, holder, role, giver, giver_scan)"
        " SELECT unit, ends_at, journey_id, 'another', 'courier', holder, 'SHIPPER-OF-OTHERS'"
        " FROM ended",
        "custody_scanned",
    ),
    "an end is moved": (
        "UPDATE custody SET ends_at = ends_at + interval '1 s'"
        " WHERE unit = %(unit)s AND ends_at IS NOT NULL",
        "custody_stays",
    ),
    "a scan is put in the place of another": (
        "UPDATE custody SET receiver_scan = unit || 'X'"
        " WHERE unit = %(unit)s AND receiver_scan IS NOT NULL",
        "custody_stays",
    ),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_statement_of_the_application_breaks_custody(database: Database, held: str, attack: str):
    statement, constraint = ATTACKS[attack]
    query: Any = f"SET CONSTRAINTS ALL IMMEDIATE; {statement.replace('%(unit)s', '{unit}')}"
    with psycopg.connect(database.application.replace("+psycopg", "")) as connection:
        with pytest.raises(errors.IntegrityError) as error:
            connection.execute(sql.SQL(query).format(unit=held))
        connection.rollback()
    assert error.value.diag.constraint_name == constraint
    assert explain(error.value).code.startswith("custody-")


@pytest.mark.parametrize("column", ["unit", "starts_at", "journey_id", "holder", "role", "giver"])
def test_the_application_may_not_rewrite_who_held_what(database: Database, held: str, column: str):
    statement: Any = f"UPDATE custody SET {column} = {column} WHERE unit = %s"  # noqa: S608
    with pytest.raises(errors.InsufficientPrivilege):
        execute(database.application, statement, held)
    with pytest.raises(errors.InsufficientPrivilege):
        execute(database.application, "DELETE FROM custody WHERE unit = %s", held)


TURNS = st.builds(
    Turn, st.sampled_from("ABC"), st.sampled_from([0, 0, 0, 1]), st.sampled_from("ABC")
)


@given(first=st.sampled_from("ABC"), others=st.lists(TURNS, max_size=5), honest=st.booleans())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_database_takes_a_chain_of_hand_overs_exactly_when_it_is_whole(
    database: Database, journey: UUID, *, first: str, others: list[Turn], honest: bool
):
    turns = [Turn(first), *others]
    if honest:
        turns = [turns[0], *(Turn(b.holder, 0, a.holder) for a, b in pairwise(turns))]
    whole = all(
        b.after_h == 0 and b.giver == a.holder and b.holder != a.holder for a, b in pairwise(turns)
    )
    if whole:
        _held(database, journey, turns)
    else:
        _refused(database, journey, *turns)


def _custody(facts: Facts) -> list[dict[str, Any]]:
    """The custody that a journey's events lead to, from the first holder on."""
    rows: list[dict[str, Any]] = []
    for change in _changes(facts):
        if isinstance(change, Update):
            for row in rows:
                if all(row.get(name) == value for name, value in change.key.items()):
                    row.update(change.values)
        else:
            rows.append({"ends_at": None, **change.values})
    return rows


def _changes(facts: Facts) -> Iterator[Any]:
    now = begin(facts.journey, facts.history[0])
    for row in facts.history[1:]:
        now = apply(now, row)
        yield from (one for one in changes(row, now) if one.table is Custody)


CARRIERS = st.lists(st.sampled_from(["courier", "B", "C"]), max_size=3)


@given(product=st.sampled_from(["kymriah", "holoclar"]), on_the_way=CARRIERS, at_the_door=CARRIERS)
def test_custody_passes_from_hand_to_hand_however_often_the_courier_changes(
    product: str, on_the_way: list[str], at_the_door: list[str]
):
    facts = waiting_for("deliver-shipment", product)
    for step, names in (("deliver-shipment", on_the_way), ("receive-shipment", at_the_door)):
        assert facts.step is not None
        assert facts.step.command.name == step
        for name in names:
            assert facts.since is not None
            facts = asked(
                facts,
                ChangeCourier(
                    occurred_at=facts.history[-1].occurred_at + timedelta(minutes=1),
                    courier=name,
                    reference="R",
                    reason="late",
                ),
                actor(Role.COORDINATOR),
            )
        facts = stepped(facts)
    rows = _custody(facts)
    assert rows[0]["giver"] is None
    for before, after in pairwise(rows):
        assert (before["ends_at"], before["holder"]) == (after["starts_at"], after["giver"])
        assert before["holder"] != after["holder"]
    booked, packed = facts.last(CourierBooked), facts.last(ShipmentPacked)
    assert booked is not None
    assert packed is not None
    assert (rows[-1]["holder"], rows[-1]["ends_at"]) == (booked.receiver, None)
    assert rows[1]["giver_scan"] == rows[-1]["receiver_scan"] == packed.scanned_unit
    assert rows[1]["receiver_scan"] == rows[-1]["giver_scan"] == packed.shipper
