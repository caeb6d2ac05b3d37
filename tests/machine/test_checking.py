"""What is checked after each step is what the checker checks."""

import re
from collections.abc import Iterator

import psycopg
import pytest

from models.invariants import checker
from models.invariants.checker import Circumstances
from models.invariants.statement import invariants
from tests.factories import nhs_number
from tests.machine.conftest import Made
from tests.machine.shaping import ROW_BY_ROW, left_out
from tests.machine.world import World, enter

DAMAGES = {
    "01": "UPDATE unit SET journey_id = (SELECT id FROM journey WHERE id <> unit.journey_id"
    " LIMIT 1)",
    "03": "UPDATE ledger SET payload = payload || '{\"dose\": 7}' WHERE name = 'dose.administered'",
    "08": "UPDATE custody SET holder = ''",
    "10": "UPDATE journey SET stage = 'referral' WHERE stage = 'follow_up'",
    "12": "UPDATE command SET version = version + 1 WHERE outcome = 'accepted'",
    "15": "DELETE FROM timer",
    "16": "UPDATE ledger SET actor = 'somebody'",
    "17": "UPDATE ledger SET payload = payload || '{\"x\": 1}' WHERE seq = 1",
    "19": "DELETE FROM outbox",
    "20": f"UPDATE command SET remedy = '{nhs_number(900_001)}' WHERE outcome = 'accepted'",  # noqa: S608
    "L1": "UPDATE journey SET waits_for = 'nothing' WHERE ended IS NULL",
}

QUICK = {"01", "12", "17", "20"}


@pytest.fixture
def world(made: Made) -> Iterator[World]:
    """A world with four patients in it, far along."""
    with made.copy() as database, enter(database, made.file) as world:
        world.begin([(patient, len(patient.steps) - 1) for patient in world.patients[:4]])
        yield world


def _damaged(world: World, statement: str) -> None:
    with psycopg.connect(world.database.administrator) as connection:
        connection.execute("SET session_replication_role = 'replica'")
        for table in ("ledger", "command"):
            connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
        assert connection.execute(statement.encode()).rowcount > 0


def test_what_the_walks_have_left_breaks_nothing(world: World):
    assert world.checker.check() == world.checker.whole() == []


def test_where_nothing_but_commands_has_changed_only_who_reads_them_is_asked(world: World):
    every, some = len(world.checker.numbers), len(world.checker.numbers_of_commands)
    before = world.checker.queries
    for _ in range(2):
        assert world.checker.check() == []
    assert world.checker.queries == before + every + some
    assert {"11", "12", "13", "16", "20"} <= set(world.checker.numbers_of_commands)
    _damaged(world, DAMAGES["19"])
    world.checker.check()
    assert world.checker.queries == before + 2 * every + some


def test_a_violation_is_found_until_it_is_gone(world: World):
    assert world.checker.check() == []
    for number in ("12", "17", "20"):
        _damaged(world, DAMAGES[number])
    for _ in range(2):
        assert {one.number for one in world.checker.check()} >= {"12", "17", "20"}


def test_what_is_seen_in_the_midst_of_a_step_is_not_checked(world: World):
    _damaged(world, DAMAGES["12"])
    now, found = world.checker.look((), check=False)
    assert found is None
    assert now.rows
    assert now.commands == world.checker.rows("SELECT count(*) FROM command")[0][0]


@pytest.mark.parametrize(
    "number",
    [n if n in QUICK else pytest.param(n, marks=pytest.mark.slow) for n in sorted(DAMAGES)],
)
def test_a_damage_is_found_by_both_alike(world: World, number: str):
    assert world.checker.check() == []
    _damaged(world, DAMAGES[number])
    found = {(one.number, one.journey, one.found) for one in world.checker.check()}
    whole = {(one.number, one.journey, one.found) for one in world.checker.whole()}
    assert number in {one[0] for one in found}
    assert found == whole


def _read_by(world: World, query: str) -> set[str]:
    """The tables that a query reads, as the planner says."""
    with psycopg.connect(world.database.administrator) as connection:
        connection.execute("SET plan_cache_mode = force_generic_plan")
        checker._tell(connection, Circumstances())
        plan = connection.execute(f"EXPLAIN (FORMAT JSON) {query}".encode()).fetchone()
    return set(re.findall(r"'Relation Name': '(\w+)'", str(plan)))


def test_what_is_left_out_after_a_refusal_reads_no_command(world: World):
    for one in invariants():
        left = left_out(one)
        assert not left or "command" not in _read_by(world, left), one.number
    assert sum("command" in _read_by(world, one.query) for one in invariants()) == len(
        world.checker.numbers_of_commands
    )


def test_what_is_judged_row_by_row_reads_no_other_row(world: World):
    for one in invariants():
        if one.number in ROW_BY_ROW:
            tables = _read_by(world, one.query) - {"person", "key_check"}
            assert tables == set(ROW_BY_ROW[one.number])
