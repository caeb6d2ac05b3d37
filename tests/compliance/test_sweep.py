"""Sweeps: over everything, then over what changed, fell due or is open; and nothing is missed."""

from datetime import timedelta
from typing import Any

import psycopg
import pytest

from models.compliance.deciding import findings
from models.compliance.statement import CADENCES, Check, checks
from models.compliance.sweep import Moments, sweep
from models.database import transaction
from tests.compliance.conftest import World
from tests.factories import held, opened
from tests.factories import present as facts_of

HOUR = timedelta(hours=1)


def _later(world: World, by: timedelta) -> Moments:
    return Moments(world.at.now + by, world.at.wall + by)


def _open(world: World) -> dict[tuple[str, str], str]:
    with transaction(world.database.app) as connection:
        return {(one.check_id, one.subject): one.found for one in findings(connection)}


def _set(world: World, query: str, **more: Any) -> None:
    with psycopg.connect(world.database.administrator) as connection:
        cursor = psycopg.ClientCursor(connection)
        cursor.execute(query.encode(), {**world.values, **more})


@pytest.fixture(scope="module", autouse=True)
def _swept(world: World) -> None:
    for cadence in CADENCES:
        assert not sweep(world.database.app, cadence, world.at).broken


def test_the_first_sweep_looks_at_everything_and_the_next_at_what_changed(world: World):
    first = sweep(world.database.app, "hourly", _later(world, HOUR), everything=True)
    second = sweep(world.database.app, "hourly", _later(world, HOUR))
    assert first.looked is None
    assert second.looked is not None
    assert (second.outcome.opened, second.outcome.closed) == (0, 0)


def test_a_changed_journey_is_looked_at(world: World):
    journey = opened(world.database.app)
    held(world.database.app, facts_of(world.database.app, journey))
    sweep(world.database.app, "hourly", _later(world, 2 * HOUR))
    _set(world, "UPDATE journey SET waits_until = waits_since WHERE id = %(it)s", it=journey)
    swept = sweep(world.database.app, "hourly", _later(world, 3 * HOUR))
    assert swept.looked is not None
    assert ("hold-overdue", str(journey)) in _open(world)


def test_what_time_alone_brings_about_is_found_by_a_sweep_of_changes(world: World):
    soon = "UPDATE unit SET state = 'accepted', expires_at = %(now)s + interval '30 hours'"
    _set(world, soon + " WHERE journey_id = %(moving)s AND kind = 'material'")
    before = {check for check, _ in _open(world)}
    assert "material-expiring" not in before
    swept = sweep(world.database.app, "hourly", _later(world, 8 * HOUR))
    assert swept.looked is not None
    assert "material-expiring" in {check for check, _ in _open(world)}


def test_what_is_mended_closes_by_itself_in_a_sweep_of_changes(world: World):
    keys = [key for key in _open(world) if key[0] == "material-expiring"]
    assert keys
    used = (
        "UPDATE custody SET ends_at = %(now)s WHERE journey_id = %(moving)s AND ends_at IS NULL;"
        " UPDATE unit SET state = 'used' WHERE journey_id = %(moving)s"
    )
    _set(world, used)
    sweep(world.database.app, "hourly", _later(world, 9 * HOUR))
    assert not set(keys) & set(_open(world))


@pytest.mark.parametrize("cadence", CADENCES)
def test_changes_and_everything_come_to_the_same(world: World, cadence: str):
    sweep(world.database.app, cadence, _later(world, 10 * HOUR))
    by_changes = _open(world)
    swept = sweep(world.database.app, cadence, _later(world, 10 * HOUR), everything=True)
    assert _open(world) == by_changes
    assert (swept.outcome.opened, swept.outcome.closed) == (0, 0)


def test_a_check_that_cannot_be_run_is_named_and_closes_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    before = _open(world)
    broken = tuple(_unreadable(one) for one in checks() if one.cadence == "hourly")
    monkeypatch.setattr("models.compliance.sweep.of_cadence", lambda cadence: broken)
    swept = sweep(world.database.app, "hourly", _later(world, 11 * HOUR))
    assert set(swept.broken.values()) == {"42P01"}
    assert _open(world) == before


def _unreadable(one: Check) -> Check:
    query = "SELECT 'x' AS subject, 'y' AS found FROM no_such_table WHERE LOOKED(id)"
    return Check(
        **{
            **{name: getattr(one, name) for name in Check.__slots__},
            "query": query,
            "falls_due": "",
        }
    )
