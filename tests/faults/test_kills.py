"""Killed at any named point and told again, not at all, once or twice: done exactly once."""

import json
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine

from atmpflow.events.after import DeadlinePassed
from atmpflow.journey import Facts
from atmpflow.people import Actor, Role
from atmpflow.waits import waits_for as wait_of
from desk.simulation.people import actor
from desk.simulation.step import present
from models.fault import POINTS
from models.record import Request
from tests.conftest import Database
from tests.factories import (
    ask,
    journey_at,
    move_of,
    opened,
    patient,
    referral,
    step,
    stocked,
    waits_for,
)
from tests.faults import deeds
from tests.faults.conftest import nothing_wrong
from tests.faults.forks import Forks
from tests.faults.killing import ENGINE, LOG, RECORD, Killing, leases_pass
from tests.models.rows import select

PRODUCTS = ("kymriah", "ebvallo", "zolgensma", "holoclar")
ALONG = {*ENGINE, *LOG, *RECORD}
ALONE = {
    "open.remembered",
    "record.refused",
    "drain.closing",
    "drain.putting-back",
    "timers.due",
    "timers.fired",
    "timers.waking",
    "mismatch.found",
}
RELAY = {"relay.read", "relay.posted", "relay.marked"}
"""Tried where a Prefect server runs: tests/deployments/test_relay.py."""
LISTENER = {"readings.kept"}
"""Tried where a broker runs: tests/live/test_mqtt.py."""

New = Callable[[], Path]
AGAIN = (
    pytest.param(0, marks=pytest.mark.slow),
    pytest.param(1, marks=pytest.mark.slow),
    2,
)
"""How often it is told again."""


def test_every_point_is_tried():
    assert set(POINTS) == ALONG | ALONE | RELAY | LISTENER


def _asked_once(folder: Path) -> None:
    """No partner has two requests for one step of a journey, nor half of one."""
    found = [json.loads(file.read_text()) for file in folder.rglob("*.json")]
    times = Counter((one["kind"], one["journey"], one["version"]) for one in found)
    assert set(times.values()) == {1}
    assert not list(folder.rglob("*.part"))


def test_a_journey_killed_at_every_point_in_turn_is_right(
    own_database: Database, forks: Forks, proofs: New, tmp_path: Path
):
    killing = Killing(own_database, forks, proofs, every=2)
    killing.along(opened(own_database.app), waits_for("record-follow-up"))
    assert set(killing.kills) == ALONG, ALONG - set(killing.kills)
    nothing_wrong(own_database)
    _asked_once(tmp_path / "requests")


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("again", [0, 1, 2])
@pytest.mark.parametrize("product", PRODUCTS)
def test_every_command_of_every_pathway_killed_at_every_point_is_right(
    own_database: Database, forks: Forks, proofs: New, product: str, again: int
):
    stocked(own_database.app, "ebvallo", units=3 * len(ALONG))
    for point in sorted(ALONG):
        killing = Killing(own_database, forks, proofs, only=point, again=(again,))
        killing.along(opened(own_database.app, product), waits_for("record-follow-up"))
        shipped = point != "log.copied" or product in ("kymriah", "holoclar")
        assert killing.kills[point] or not shipped
    nothing_wrong(own_database)


def _killed(forks: Forks, proofs: New, point: str, *deed: Any) -> None:
    proof = proofs()
    assert forks.run(*deed, faults=f"{point}=kill:{proof}").killed
    assert proof.exists()


def _count(app: Engine, query: str, *values: Any) -> int:
    return int(select(app, f"SELECT count(*) FROM {query}", *values)[0][0])  # noqa: S608


@pytest.mark.parametrize("again", AGAIN)
@pytest.mark.parametrize("point", ["open.remembered", "record.after-ledger", "record.after-commit"])
def test_a_referral_opens_one_journey_for_one_person(
    own_database: Database, forks: Forks, proofs: New, point: str, again: int
):
    sent, who = referral(patient=patient()), actor(Role.REFERRER)
    _killed(forks, proofs, point, deeds.send, sent, who)
    for _ in range(again):
        assert not isinstance(forks.run(deeds.send, sent, who).answer, str)
    opened_now = 1 if again or point == "record.after-commit" else 0
    assert _count(own_database.app, "journey") == opened_now
    assert _count(own_database.app, "identity.person") == opened_now
    nothing_wrong(own_database)


@pytest.mark.parametrize("again", AGAIN)
def test_a_rejection_that_was_not_kept_is_kept_when_it_is_sent_again(
    own_database: Database, forks: Forks, proofs: New, again: int
):
    facts = journey_at(own_database.app, "record-screening")
    stranger = Actor("somebody", Role.COURIER)
    wrong = Request(move_of(facts).command, stranger, str(uuid4()), facts.journey)
    _killed(forks, proofs, "record.refused", deeds.send, wrong)
    for _ in range(again):
        assert forks.run(deeds.send, wrong).answer == "role-not-allowed"
    assert present(own_database.app, facts.journey).version == facts.version
    assert _count(own_database.app, "command WHERE outcome = 'rejected'") == again
    nothing_wrong(own_database)


def _owed(app: Engine, journey: UUID) -> int:
    return _count(app, "reaction WHERE journey_id = %s AND done_at IS NULL", journey)


@pytest.mark.parametrize("again", AGAIN)
def test_what_somebody_else_must_do_is_told_in_the_end(
    own_database: Database, forks: Forks, proofs: New, again: int
):
    facts = journey_at(own_database.app, "record-screening")
    assert _owed(own_database.app, facts.journey) == 1
    _killed(forks, proofs, "drain.closing", deeds.answer, facts.stage, facts.journey)
    for time in range(again):
        leases_pass(own_database)
        told = forks.run(deeds.answer, facts.stage, facts.journey).answer
        assert told == ([] if time else ["told"])
    assert _owed(own_database.app, facts.journey) == (0 if again else 1)
    nothing_wrong(own_database)


@pytest.mark.parametrize("again", AGAIN)
def test_what_cannot_be_done_yet_is_done_when_it_can(
    own_database: Database, forks: Forks, proofs: New, again: int
):
    app = own_database.app
    journey = opened(app, "ebvallo")
    facts = present(app, journey)
    while facts.stage != "matching":
        facts = step(app, facts)
    _killed(forks, proofs, "drain.putting-back", deeds.answer, "matching", journey)
    for _ in range(again):
        leases_pass(own_database)
        (told,) = forks.run(deeds.answer, "matching", journey).answer
        assert told.startswith("not yet")
    stocked(app)
    leases_pass(own_database)
    assert forks.run(deeds.answer, "matching", journey).answer == ["unit.allocated"]
    nothing_wrong(own_database)


@pytest.mark.parametrize("again", AGAIN)
@pytest.mark.parametrize("point", ["timers.due", "timers.fired", "timers.waking"])
def test_every_deadline_passes_once(
    own_database: Database, forks: Forks, proofs: New, point: str, again: int
):
    app = own_database.app
    journeys = [journey_at(app, "record-screening") for _ in range(3)]
    waits = [wait for facts in journeys if (wait := wait_of(facts))]
    own_database.set_clock(max(wait.until for wait in waits) + timedelta(hours=1))
    _killed(forks, proofs, point, deeds.beat)
    fired = _count(app, "ledger WHERE name = 'deadline.passed'")
    assert fired == {"timers.due": 0, "timers.fired": 1, "timers.waking": 3}[point]
    beats = [forks.run(deeds.beat).answer for _ in range(again)]
    assert sum(beats) == (3 - fired if again else 0)
    for facts in journeys:
        passed = present(app, facts.journey).all(DeadlinePassed)
        assert len(passed) == 1 if again else len(passed) <= 1
    nothing_wrong(own_database)


def _swapped(app: Engine) -> tuple[Facts, Facts]:
    """Two journeys; the bag of the second was scanned for the batch of the first."""
    mine, theirs = (journey_at(app, "start-manufacture") for _ in range(2))
    wrong = move_of(theirs).command.model_copy(update={"occurred_at": mine.since})
    ask(app, mine, wrong, actor(Role.MANUFACTURER))
    return mine, theirs


@pytest.mark.parametrize("again", AGAIN[1:])
def test_the_other_journey_of_a_swapped_bag_is_held_once(
    own_database: Database, forks: Forks, proofs: New, again: int
):
    app = own_database.app
    mine, theirs = _swapped(app)
    _killed(forks, proofs, "mismatch.found", deeds.answer, mine.stage, mine.journey)
    assert present(app, theirs.journey).hold is None
    for _ in range(again):
        forks.run(deeds.beat)
    held = present(app, theirs.journey)
    assert held.hold is not None
    assert held.version == theirs.version + 1
    leases_pass(own_database)
    forks.run(deeds.answer, mine.stage, mine.journey)
    assert present(app, theirs.journey).version == held.version
    nothing_wrong(own_database)
