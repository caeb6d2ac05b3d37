"""A recall finds every journey it touched, both ways, and nothing of it is given any more."""

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine

import tasks.recall
from atmpflow.commands.duties import FulfilDuty
from atmpflow.duties import open_duties
from atmpflow.errors import Refused
from atmpflow.events.manufacture import Lot
from atmpflow.events.recall import RecallReached
from atmpflow.journey import Facts
from atmpflow.people import Actor, Role
from desk.simulation.people import actor
from desk.simulation.step import present
from models.database import transaction
from models.lookups import stock
from models.recalling import Progress, TakenBack, close_recall, open_recall, progress, untold
from models.trace import Link, trace
from tasks import clock
from tasks.recall import spread
from tests.conftest import Database
from tests.factories import (
    LATE,
    ask,
    journey_at,
    lifted,
    move_of,
    opened,
    refused,
    step,
    stocked,
    waits_for,
    walk,
)
from tests.invariants.stories import ended_by_withdrawal
from tests.models.rows import execute, select

SAFETY = Actor("safety-officer", Role.COMPLIANCE)


class _Killed(BaseException):
    """The process dies here."""


def _made_with(app: Engine, lot: str, until: str) -> Facts:
    """A journey whose batch was made with this lot of vector."""
    facts = journey_at(app, "start-manufacture")
    move = move_of(facts)
    used = move.command.model_copy(update={"lots": (Lot(kind="vector", lot=lot),)})
    ask(app, facts, used, move.actor)
    return walk(app, facts.journey, waits_for(until))


def _recall(app: Engine, lot: str, kind: str = "vector", recall_class: int = 2) -> Progress:
    taken = TakenBack(kind, lot, recall_class, f"DMRC-{lot}", clock.now())
    recall = open_recall(app, taken, SAFETY, clock.now())
    return _progress(app, recall)


def _progress(app: Engine, recall: Any) -> Progress:
    with transaction(app) as connection:
        return next(one for one in progress(connection) if one.recall == recall)


def _reply(app: Engine, facts: Facts) -> None:
    for duty in open_duties(present(app, facts.journey)):
        now = present(app, facts.journey)
        done = FulfilDuty(occurred_at=LATE, duty=duty.name, reference="REPLY-1")
        ask(app, now, done, actor(duty.owner), now=LATE)


@pytest.fixture
def app(own_database: Database) -> Engine:
    return own_database.app


def test_every_journey_that_a_vector_touched_is_found_held_and_asked_to_reply(app: Engine):
    lot = f"LV-{uuid4().hex[:6]}"
    making = _made_with(app, lot, "complete-manufacture")
    on_site = _made_with(app, lot, "start-conditioning")
    treated = _made_with(app, lot, "complete-monitoring")
    other = _made_with(app, f"{lot}-X", "complete-manufacture")
    found = _recall(app, lot)
    assert (found.touched, found.told) == (3, 0)
    assert spread(app) == 3
    assert present(app, other.journey).hold is None
    owners = {}
    for facts in (making, on_site, treated):
        now = present(app, facts.journey)
        assert now.hold is not None
        assert isinstance(now.hold.event, RecallReached)
        owners[facts.journey] = {
            duty.owner for duty in open_duties(now) if duty.name.startswith("recall-reply")
        }
    assert owners[making.journey] == {Role.MANUFACTURER, Role.PHYSICIAN}
    assert owners[on_site.journey] == {Role.PHARMACIST, Role.PHYSICIAN}
    assert owners[treated.journey] == {Role.PHYSICIAN}
    assert spread(app) == 0


def test_a_journey_that_has_ended_is_told_and_its_physician_replies(app: Engine):
    facts = ended_by_withdrawal(app, _made_with(app, "LV-10", "start-conditioning"))
    assert _recall(app, "LV-10").touched == 1
    assert spread(app) == 1
    told = present(app, facts.journey)
    assert told.ended == "withdrawn"
    assert {one.owner for one in open_duties(told) if one.name.startswith("recall-reply")}
    assert spread(app) == 0


def test_a_crash_while_it_is_spread_loses_no_journey(app: Engine, monkeypatch: pytest.MonkeyPatch):
    pair = [_made_with(app, "LV-7", "complete-manufacture") for _ in range(2)]
    recall = _recall(app, "LV-7").recall
    tell, told = tasks.recall._tell, []

    def die_at_the_second(engine: Engine, one: Any) -> bool:
        if told:
            raise _Killed
        told.append(one)
        return tell(engine, one)

    monkeypatch.setattr(tasks.recall, "_tell", die_at_the_second)
    with pytest.raises(_Killed):
        spread(app)
    monkeypatch.undo()
    assert _progress(app, recall).told == 1
    assert spread(app) == 1  # what every heartbeat does
    assert all(present(app, one.journey).hold for one in pair)
    with transaction(app) as connection:
        assert untold(connection) == []


def test_it_is_closed_when_everybody_has_replied_and_not_before(app: Engine):
    facts = _made_with(app, "LV-1", "start-conditioning")
    recall = _recall(app, "LV-1").recall

    def close() -> None:
        close_recall(app, recall, "CLOSE-1", actor=SAFETY, now=clock.now())

    with pytest.raises(Refused, match="recall-unanswered"):
        close()  # nobody was told yet
    spread(app)
    with pytest.raises(Refused, match="recall-unanswered"):
        close()
    _reply(app, facts)
    close()
    done = _progress(app, recall)
    assert (done.answered, done.owed) == (2, 2)
    assert done.closed_at is not None
    with pytest.raises(Refused, match="recall-unknown"):
        close_recall(app, uuid4(), "CLOSE-1", actor=SAFETY, now=clock.now())


def test_a_recalled_unit_is_not_given_after_the_hold_was_lifted(app: Engine):
    facts = _made_with(app, "LV-2", "administer-dose")
    _recall(app, "LV-2")
    spread(app)
    given = move_of(facts)
    facts = lifted(app, present(app, facts.journey))
    found = refused(app, facts, given.command, given.actor)
    assert (found.code, "recalled" in found.message) == ("gate-closed", True)
    assert move_of(facts).command.name == "order-recollection"


def test_the_database_refuses_a_recalled_unit_whoever_was_not_told(app: Engine):
    facts = _made_with(app, "LV-3", "administer-dose")
    since = facts.since
    assert since is not None
    taken = TakenBack("vector", "LV-3", 1, "DMRC-3", since)
    open_recall(app, taken, SAFETY, LATE)
    move = move_of(facts)
    assert refused(app, facts, move.command, move.actor).code == "recalled"


def test_a_caution_stops_but_does_not_forbid(app: Engine):
    facts = _made_with(app, "LV-4", "administer-dose")
    since = facts.since
    assert since is not None
    open_recall(app, TakenBack("vector", "LV-4", 4, "DMRC-4", since), SAFETY, LATE)
    spread(app)
    held = present(app, facts.journey)
    assert held.hold is not None
    assert step(app, lifted(app, held)).stage == "monitoring"


def test_a_journey_that_comes_to_the_lot_later_is_stopped_too(app: Engine):
    assert _recall(app, "LV-5").touched == 0
    facts = _made_with(app, "LV-5", "complete-manufacture")
    assert spread(app) == 1
    assert present(app, facts.journey).hold is not None


@pytest.mark.parametrize("kind", ["batch", "donation", "unit", "shipper"])
def test_what_is_recalled_by_another_number_is_found_as_well(app: Engine, kind: str):
    facts = journey_at(app, "start-conditioning")
    number = {
        "batch": "SELECT batch FROM batch WHERE journey_id = %s",
        "donation": "SELECT unit FROM unit WHERE kind = 'material' AND journey_id = %s",
        "unit": "SELECT unit FROM unit WHERE kind = 'product' AND journey_id = %s",
        "shipper": "SELECT shipper FROM shipment WHERE leg = 'inbound' AND journey_id = %s",
    }[kind]
    found = _recall(app, select(app, number, facts.journey)[0][0], kind=kind)
    assert found.touched == 1
    spread(app)
    event = present(app, facts.journey).last(RecallReached)
    assert event is not None
    assert (event.kind, event.keeper, event.given) == (kind, "centre", False)
    assert event.units


def test_one_donation_is_found_in_every_patient_and_allocated_to_nobody_else(
    own_database: Database,
):
    app = own_database.app
    batch = stocked(app, units=8)
    named = "UPDATE stock_unit SET donation = 'DONOR-1' WHERE batch = %s"
    execute(own_database.application, named, batch)
    pair = [journey_at_stock(app) for _ in range(2)]
    assert _recall(app, "DONOR-1", kind="donation").touched == 2
    spread(app)
    assert all(present(app, one.journey).hold for one in pair)
    with transaction(app) as connection:
        assert stock(connection, "ebvallo", clock.now()) == []


def journey_at_stock(app: Engine) -> Facts:
    return walk(app, opened(app, "ebvallo"), waits_for("record-temperature-log"))


def test_the_same_notice_again_is_the_same_recall(app: Engine):
    first, second = _recall(app, "LV-6"), _recall(app, "LV-6")
    assert first.recall == second.recall
    with pytest.raises(Refused, match="recall-known"):
        _recall(app, "LV-6", recall_class=1)
    taken = TakenBack("vector", "LV-6", 1, "DMRC-9", clock.now())
    with pytest.raises(Refused, match="role-not-allowed"):
        open_recall(app, taken, Actor("a-courier", Role.COURIER), clock.now())


def test_a_recall_on_record_is_never_changed(own_database: Database):
    _recall(own_database.app, "LV-8")
    for statement in ("UPDATE recall SET recall_class = 4", "DELETE FROM recall"):
        with pytest.raises(Exception, match="permission denied"):
            execute(own_database.application, statement)


def _ends(found: list[Link]) -> set[tuple[str, str]]:
    return {(one.parent_kind, one.parent) for one in found} | {
        (one.child_kind, one.child) for one in found
    }


def test_one_query_leads_from_donor_to_patient_and_back(app: Engine):
    first = _made_with(app, "LV-9", "complete-monitoring")
    second = _made_with(app, "LV-9", "start-conditioning")
    person, other = str(first.referral.person), str(second.referral.person)
    with transaction(app) as connection:
        by_lot = _ends(trace(connection, "lot", "LV-9"))
        by_donor = _ends(trace(connection, "donor", person))
        by_journey = _ends(trace(connection, "journey", first.coi))
    assert {("patient", person), ("patient", other)} <= by_lot
    assert ("donor", person) in by_donor
    assert ("patient", person) in by_donor
    assert ("patient", other) not in by_donor
    unit = next(node for kind, node in by_journey if kind == "unit" and "-U1" in node)
    with transaction(app) as connection:
        back = trace(connection, "unit", unit)
    assert {("donor", person), ("patient", person), ("vector", "LV-9")} <= _ends(back)
    given = {one.parent for one in back if one.given_at is not None}
    assert given == {unit}
