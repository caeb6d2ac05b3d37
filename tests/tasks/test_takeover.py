"""What a killed process had claimed is taken over at once; what a living one has is left."""

import os
import socket
import subprocess
import sys
from datetime import timedelta

import pytest

from atmpflow.commands.admission import AcceptReferral
from atmpflow.journey import Facts
from atmpflow.people import ENGINE
from desk.simulation.step import present
from models.database import transaction
from models.record import Claim, Fenced, Request, record
from models.work import Owed, claim
from tasks import clock
from tasks.answer import WORKER, drain
from tasks.takeover import take_over
from tests.conftest import Database
from tests.factories import ACTS, opened
from tests.models.rows import select

SOON = timedelta(seconds=1)


def _claimed(database: Database, worker: str) -> tuple[Facts, Owed]:
    facts = present(database.app, opened(database.app))
    with transaction(database.app) as connection:
        (owed,) = claim(
            connection,
            facts.stage,
            worker=worker,
            now=clock.wall() + SOON,
            limit=1,
            journey=facts.journey,
        )
    return facts, owed


def _dead() -> str:
    """The name of a worker that ran on this machine and has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return f"{socket.gethostname()}:{process.pid}"


@pytest.mark.parametrize("worker", [_dead(), WORKER], ids=["another-number", "the-same-number"])
def test_what_a_dead_process_had_claimed_is_answered_at_once(own_database: Database, worker: str):
    facts, _ = _claimed(own_database, worker)
    assert drain(own_database.app, facts.stage, ACTS) == []
    assert take_over(own_database.app) == 1
    (outcome,) = drain(own_database.app, facts.stage, ACTS)
    assert outcome.decided == "referral.accepted"


@pytest.mark.parametrize(
    "worker", [f"{socket.gethostname()}:{os.getppid()}", "another-machine:1", "no-number"]
)
def test_what_another_may_still_be_doing_is_left(own_database: Database, worker: str):
    facts, _ = _claimed(own_database, worker)
    assert take_over(own_database.app) == 0
    assert drain(own_database.app, facts.stage, ACTS) == []


def test_one_that_was_only_thought_dead_is_refused(own_database: Database):
    facts, owed = _claimed(own_database, _dead())
    take_over(own_database.app)
    assert facts.since is not None
    late = Request(AcceptReferral(occurred_at=facts.since), ENGINE, "late", facts.journey)
    with pytest.raises(Fenced):
        record(own_database.app, late, clock.wall(), Claim(owed.reaction, owed.fence, "late"))
    assert present(own_database.app, facts.journey).version == facts.version


def test_what_was_woken_already_is_woken_again(own_database: Database):
    opened(own_database.app)
    with transaction(own_database.app) as connection:
        connection.execute("UPDATE reaction SET woken_at = now()")
    take_over(own_database.app)
    assert select(own_database.app, "SELECT count(*) FROM reaction WHERE woken_at IS NULL") == [
        (1,)
    ]
