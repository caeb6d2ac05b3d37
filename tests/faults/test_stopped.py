"""A worker stopped for longer than its lease, which then goes on: its late write is refused."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from atmpflow.journey import Facts
from desk.simulation.step import present
from models.work import LEASE
from tests.conftest import Database
from tests.factories import opened
from tests.faults import deeds
from tests.faults.conftest import nothing_wrong
from tests.faults.forks import Forks
from tests.faults.killing import leases_pass
from tests.faults.waiting import eventually
from tests.models.rows import counts

New = Callable[[], Path]
HELD_UP_S = 75.0
"""A transaction that stands still is ended within this time, so that others may go on."""


def _stopped(forks: Forks, proof: Path, facts: Facts, point: str) -> int:
    """A process of the engine that was stopped at a point."""
    faults = f"{point}=stop:{proof}"
    pid = forks.begin(deeds.answer, facts.stage, facts.journey, faults=faults)
    assert forks.stopped(pid)
    assert proof.exists()
    return pid


def _goes_on(forks: Forks, pid: int) -> list[str]:
    os.kill(pid, signal.SIGCONT)
    ended = forks.ended(pid)
    assert not ended.signal
    return ended.answer


# At the first point it looks at the journey again, and finds that this has moved on.
@pytest.mark.parametrize(("point", "told"), [("drain.claimed", ["moved on"]), ("drain.acted", [])])
def test_a_worker_that_was_stopped_longer_than_its_lease_writes_nothing(
    own_database: Database, forks: Forks, proofs: New, point: str, told: list[str]
):
    facts = present(own_database.app, opened(own_database.app))
    pid = _stopped(forks, proofs(), facts, point)
    leases_pass(own_database)
    assert forks.run(deeds.answer, facts.stage, facts.journey).answer == ["referral.accepted"]
    before = counts(own_database.app)
    assert _goes_on(forks, pid) == told
    assert counts(own_database.app) == before
    assert present(own_database.app, facts.journey).version == facts.version + 1
    nothing_wrong(own_database)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_worker_stopped_with_the_journey_locked_loses_it_after_a_minute(
    own_database: Database, forks: Forks, proofs: New
):
    facts = present(own_database.app, opened(own_database.app))
    pid = _stopped(forks, proofs(), facts, "record.before-commit")

    def answered() -> list[str]:
        return forks.run(deeds.answer, facts.stage, facts.journey).answer

    eventually(lambda: answered() == ["referral.accepted"], within_s=HELD_UP_S)
    os.kill(pid, signal.SIGCONT)
    forks.ended(pid)
    assert present(own_database.app, facts.journey).version == facts.version + 1
    nothing_wrong(own_database)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_real_lease_runs_out_and_the_late_answer_is_refused(
    own_database: Database, forks: Forks, proofs: New
):
    facts = present(own_database.app, opened(own_database.app))
    pid = _stopped(forks, proofs(), facts, "drain.acted")
    again = (deeds.answer, facts.stage, facts.journey)
    assert forks.run(*again).answer == []
    eventually(lambda: forks.run(*again).answer, within_s=LEASE.total_seconds() + 5)
    assert _goes_on(forks, pid) == []
    assert present(own_database.app, facts.journey).version == facts.version + 1
    nothing_wrong(own_database)
