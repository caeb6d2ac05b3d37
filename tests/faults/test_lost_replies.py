"""The commit succeeded and nobody heard of it: what is sent again is the first answer."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import count

import psycopg
import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from atmpflow.journey import Facts
from atmpflow.people import Role
from atmpflow.referral import Referral
from desk.simulation.people import actor
from desk.simulation.step import present
from models.database import connect
from models.record import Answer, record
from tasks import clock
from tasks.answer import drain
from tasks.logger import record_log
from tasks.open import open_journey
from tests.conftest import Database
from tests.factories import ACTS, opened, referral, step, stocked, waits_for
from tests.faults.conftest import nothing_wrong
from tests.faults.deeds import Log, Sent
from tests.faults.killing import leases_pass, order_of
from tests.faults.proxy import Proxy, proxied
from tests.models.rows import select

LOST = (psycopg.OperationalError, OperationalError)


@dataclass
class Lossy:
    """The application's database, reached through a proxy."""

    app: Engine
    proxy: Proxy


@pytest.fixture
def lossy(own_database: Database) -> Iterator[Lossy]:
    with proxied(own_database.application) as proxy:
        app = connect(proxy.url)
        yield Lossy(app, proxy)
        app.dispose()


def _send(app: Engine, sent: Sent) -> Answer:
    if isinstance(sent, Log):
        return record_log(app, sent.journey, sent.export, sent.actor, at=sent.at)
    assert not isinstance(sent, Referral)
    return record(app, sent, clock.wall())


def _sent_twice(database: Database, lossy: Lossy, facts: Facts) -> None:
    """By a person, who only sees the connection break, and sends the same again, twice."""
    sent, lost = order_of(facts), lossy.proxy.lost
    lossy.proxy.lose(2 if isinstance(sent, Log) else 1)  # a log's file is committed by itself
    with pytest.raises(LOST):
        _send(lossy.app, sent)
    assert lossy.proxy.lost == lost + 1
    version = present(database.app, facts.journey).version
    assert version > facts.version
    for _ in range(2):
        again = _send(lossy.app, sent)
        assert (again.repeated, again.version) == (True, version)


def _answered_twice(database: Database, lossy: Lossy, facts: Facts, number: int) -> None:
    """By the engine, for which any of a run's commits may be the one that is lost."""
    lossy.proxy.lose(number)
    with suppress(*LOST):
        drain(lossy.app, facts.stage, ACTS, journey=facts.journey)
    lossy.proxy.lose(0)
    leases_pass(database)
    drain(lossy.app, facts.stage, ACTS, journey=facts.journey)


def _along(database: Database, lossy: Lossy, facts: Facts, *, every: int = 1) -> None:
    """Of what people send, the reply to one message in so many is lost."""
    number, messages = 0, count(1)
    while not (facts.ended or waits_for("record-follow-up")(facts)):
        assert facts.step is not None
        if facts.step.owner is Role.SYSTEM:
            number = number % 5 + 1
            _answered_twice(database, lossy, facts, number)
        elif next(messages) % every:
            step(database.app, facts)
        else:
            _sent_twice(database, lossy, facts)
        after = present(database.app, facts.journey)
        assert after.version > facts.version, facts.stage
        facts = after


def _accepted_once(database: Database) -> None:
    """No command of a journey that goes well comes twice under two keys."""
    query = "SELECT journey_id, version, count(*) FROM command WHERE outcome = 'accepted'"
    query += " GROUP BY 1, 2 HAVING count(*) > 1"
    assert select(database.app, query) == []


def test_a_command_whose_reply_was_lost_is_in_the_record_once(own_database: Database, lossy: Lossy):
    facts = present(own_database.app, opened(own_database.app, "zolgensma"))
    _along(own_database, lossy, facts, every=3)
    assert lossy.proxy.lost > 10
    _accepted_once(own_database)
    nothing_wrong(own_database)


@pytest.mark.slow
@pytest.mark.parametrize("product", ["kymriah", "ebvallo", "zolgensma", "holoclar"])
def test_every_command_of_every_pathway_is_in_the_record_once(
    own_database: Database, lossy: Lossy, product: str
):
    stocked(own_database.app)
    _along(own_database, lossy, present(own_database.app, opened(own_database.app, product)))
    _accepted_once(own_database)
    nothing_wrong(own_database)


@pytest.mark.parametrize("number", [1, 2])
def test_a_referral_whose_reply_was_lost_opens_one_journey_for_one_person(
    own_database: Database, lossy: Lossy, number: int
):
    sent, who = referral(), actor(Role.REFERRER)
    lossy.proxy.lose(number)
    with pytest.raises(LOST):
        open_journey(lossy.app, sent, who)
    assert lossy.proxy.lost == 1
    answers = [open_journey(lossy.app, sent, who) for _ in range(2)]
    assert [one.repeated for one in answers] == [number == 2, True]
    assert select(own_database.app, "SELECT count(*) FROM journey") == [(1,)]
    nothing_wrong(own_database)
