"""What is checked after each step is what the checker checks."""

from collections.abc import Iterator

import psycopg
import pytest

from tests.machine.conftest import Made
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
    "L1": "UPDATE journey SET waits_for = 'nothing' WHERE ended IS NULL",
}

QUICK = {"01", "12", "17"}


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


def test_a_step_that_changed_only_commands_asks_only_who_reads_them(world: World):
    before = world.checker.queries
    assert world.checker.check([("ledger", 1, 1)]) == []
    assert world.checker.check([("ledger", 1, 1)]) == []
    every, some = len(world.checker.numbers), len(world.checker.numbers_of_commands)
    assert world.checker.queries == before + every + some
    assert {"11", "12", "13", "16", "20"} <= set(world.checker.numbers_of_commands)
    assert len(world.checker.check([("ledger", 1, 2)])) == 0
    assert world.checker.queries == before + 2 * every + some


def test_a_step_that_changed_nothing_has_the_answers_of_the_one_before(world: World):
    before = world.checker.queries
    for _ in range(2):
        assert world.checker.check([("ledger", 1, 1)], 9) == []
    assert world.checker.queries == before + len(world.checker.numbers)
    _damaged(world, DAMAGES["12"])
    for _ in range(2):
        assert world.checker.check([("ledger", 1, 1)], 10) != []


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
