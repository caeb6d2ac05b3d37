"""What a stage owes is answered once: by leases, fences, row locks and keys."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from uuid import uuid4

import pytest

from atmpflow.commands.admission import AcceptReferral
from atmpflow.errors import Refused
from atmpflow.journey import Facts
from atmpflow.people import ENGINE, Role
from desk.simulation.people import actor
from desk.simulation.step import present
from models.database import transaction
from models.record import Answer, Claim, Fenced, Request, record
from models.work import LEASE, Owed, claim
from tasks.answer import answer_one, drain
from tasks.open import open_journey
from tests.conftest import Database
from tests.factories import ACTS, journey_at, move_of, opened, referral
from tests.models.rows import counts, journey_row, select

NOW = datetime.now(UTC)
SECOND = timedelta(seconds=1)


def _claimed(database: Database, facts: Facts, *, worker: str, now: datetime = NOW) -> list[Owed]:
    with transaction(database.app) as connection:
        return claim(
            connection, facts.stage, worker=worker, now=now, limit=5, journey=facts.journey
        )


def _owing(database: Database) -> Facts:
    return present(database.app, opened(database.app))


def test_what_one_worker_has_claimed_another_does_not_get(database: Database):
    facts = _owing(database)
    later = datetime.now(UTC) + SECOND
    (mine,) = _claimed(database, facts, worker="one", now=later)
    assert _claimed(database, facts, worker="two", now=later) == []
    (theirs,) = _claimed(database, facts, worker="two", now=later + LEASE + SECOND)
    assert (theirs.reaction, theirs.fence) == (mine.reaction, mine.fence + 1)


def test_a_worker_whose_lease_ran_out_writes_nothing(database: Database):
    facts = _owing(database)
    later = datetime.now(UTC) + SECOND
    (mine,) = _claimed(database, facts, worker="one", now=later)
    _claimed(database, facts, worker="two", now=later + LEASE + SECOND)
    assert facts.since is not None
    request = Request(
        AcceptReferral(occurred_at=facts.since), ENGINE, str(uuid4()), facts.journey, facts.version
    )
    before, row = counts(database.app), journey_row(database.app, facts.journey)
    with pytest.raises(Fenced):
        record(database.app, request, later, Claim(mine.reaction, mine.fence, "late"))
    assert counts(database.app) == before
    assert journey_row(database.app, facts.journey) == row


def test_a_late_worker_finds_out_and_leaves_the_journey_alone(database: Database):
    facts = _owing(database)
    later = datetime.now(UTC) + SECOND
    (mine,) = _claimed(database, facts, worker="one", now=later)
    (theirs,) = _claimed(database, facts, worker="two", now=later + LEASE + SECOND)
    assert answer_one(database.app, theirs, ACTS) is not None
    version = present(database.app, facts.journey).version
    answer_one(database.app, mine, ACTS)
    assert present(database.app, facts.journey).version == version


def test_answering_twice_at_once_answers_once(database: Database):
    facts = _owing(database)
    gate = Barrier(4)

    def answer() -> int:
        gate.wait()
        return len(drain(database.app, facts.stage, ACTS, journey=facts.journey))

    with ThreadPoolExecutor(4) as pool:
        answered = sum(future.result() for future in [pool.submit(answer) for _ in range(4)])
    assert answered == 1
    assert present(database.app, facts.journey).version == facts.version + 1
    done = "SELECT outcome FROM reaction WHERE journey_id = %s AND done_at IS NOT NULL"
    assert select(database.app, done, facts.journey) == [("accept-referral",)]


def _at_once(database: Database, requests: list[Request]) -> list[Answer | Refused]:
    gate = Barrier(len(requests))

    def send(request: Request) -> Answer | Refused:
        gate.wait()
        try:
            return record(database.app, request, datetime.now(UTC))
        except Refused as refused:
            return refused

    with ThreadPoolExecutor(len(requests)) as pool:
        return list(pool.map(send, requests))


def test_of_two_people_who_decide_at_once_one_wins_and_the_other_is_told(database: Database):
    facts = journey_at(database.app, "record-screening")
    move = move_of(facts)
    requests = [
        Request(move.command, move.actor, str(uuid4()), facts.journey, version)
        for version in (facts.version, facts.version, None)
    ]
    answers = _at_once(database, requests)
    won = [one for one in answers if isinstance(one, Answer)]
    lost = [one.code for one in answers if isinstance(one, Refused)]
    assert len(won) == 1
    assert set(lost) <= {"version-stale", "out-of-order"}
    assert present(database.app, facts.journey).version == facts.version + 1


def test_the_same_command_sent_twice_at_once_is_one_command(database: Database):
    facts = journey_at(database.app, "record-screening")
    move, key = move_of(facts), str(uuid4())
    answers = _at_once(
        database, [Request(move.command, move.actor, key, facts.journey, facts.version)] * 4
    )
    assert {one.version for one in answers if isinstance(one, Answer)} == {facts.version + 1}
    assert sum(isinstance(one, Answer) and not one.repeated for one in answers) == 1


def test_the_same_referral_sent_twice_at_once_opens_one_journey(database: Database):
    sent, gate = referral(), Barrier(2)

    def send() -> Answer | Refused:
        gate.wait()
        try:
            return open_journey(database.app, sent, actor(Role.REFERRER))
        except Refused as refused:
            return refused

    with ThreadPoolExecutor(2) as pool:
        answers = [future.result() for future in [pool.submit(send) for _ in range(2)]]
    opened_as = {one.journey for one in answers if isinstance(one, Answer)}
    assert len(opened_as) == 1
    rows = select(database.app, "SELECT version FROM journey WHERE id = %s", *opened_as)
    assert rows == [(1,)]
