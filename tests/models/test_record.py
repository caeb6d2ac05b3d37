"""One door: a command is carried out once and whole, or refused, kept, and nothing is changed."""

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from atmpflow.commands.administration import AdministerDose
from atmpflow.commands.admission import Refer
from atmpflow.commands.after import PlaceHold
from atmpflow.errors import Refused
from atmpflow.journey import Facts
from atmpflow.message import Command
from atmpflow.people import Actor, Role
from desk.simulation.people import actor
from desk.simulation.step import present
from models.record import Request, record
from tasks.open import open_from_file, open_journey
from tests.conftest import Database
from tests.factories import (
    LATE,
    ask,
    journey_at,
    move_of,
    nhs_number,
    opened,
    patient,
    referral,
    refused,
    stocked,
    waits_for,
    walk,
)
from tests.models.rows import counts, execute, journey_row, select

REJECTED = (
    "SELECT name, code, field, message, remedy, actor, role FROM command"
    " WHERE key = %s AND outcome = 'rejected'"
)


def _recorded_once(database: Database, key: str, *, repeated: int = 0) -> None:
    """Accepted once; each repetition is kept, with the version of the first answer."""
    query = "SELECT outcome, version, content_hash FROM command WHERE key = %s ORDER BY outcome"
    first, *others = select(database.app, query, key)
    assert first[0] == "accepted"
    assert others == [("duplicate", *first[1:])] * repeated


def test_the_same_key_and_content_returns_the_first_answer(database: Database):
    facts = journey_at(database.app, "record-screening")
    move, key = move_of(facts), str(uuid4())
    first = ask(database.app, facts, move.command, move.actor, key=key)
    before = counts(database.app)
    again = ask(database.app, facts, move.command, move.actor, key=key)
    assert again.repeated
    assert (again.journey, again.version) == (first.journey, first.version)
    assert counts(database.app) == {**before, "command": before["command"] + 1}
    _recorded_once(database, key, repeated=1)


def test_the_same_key_with_other_content_is_refused_and_kept(database: Database):
    facts = journey_at(database.app, "record-screening")
    move, key = move_of(facts), str(uuid4())
    ask(database.app, facts, move.command, move.actor, key=key)
    other = move.command.model_copy(update={"weight_kg": 71.0})
    row = journey_row(database.app, facts.journey)
    with pytest.raises(Refused) as refusal:
        ask(database.app, facts, other, move.actor, key=key)
    assert (refusal.value.code, refusal.value.field) == ("key-reused", "key")
    assert [kept[1] for kept in select(database.app, REJECTED, key)] == ["key-reused"]
    assert journey_row(database.app, facts.journey) == row


def test_a_rejected_command_may_be_tried_again_with_its_key(database: Database):
    facts = journey_at(database.app, "record-screening")
    move, key = move_of(facts), str(uuid4())
    wrong = Actor("somebody", Role.COURIER)
    with pytest.raises(Refused):
        ask(database.app, facts, move.command, wrong, key=key)
    assert not ask(database.app, facts, move.command, move.actor, key=key).repeated


def _keeps_nothing_but_the_rejection(
    database: Database, facts: Facts, command: Command, who: Actor, **more: Any
) -> Refused:
    """Send what must be refused; check that only the rejection was kept, and return it."""
    key = str(uuid4())
    before, row = counts(database.app), journey_row(database.app, facts.journey)
    version = more.get("expected_version", facts.version)
    request = Request(command, who, key, more.get("journey", facts.journey), version)
    with pytest.raises(Refused) as refusal:
        record(database.app, request, LATE)
    assert counts(database.app) == {**before, "command": before["command"] + 1}
    assert journey_row(database.app, facts.journey) == row
    (kept,) = select(database.app, REJECTED, key)
    found = refusal.value
    expected = (found.code, found.field, found.message, found.remedy)
    assert kept == (command.name, *expected, who.id, who.role.value)
    assert all((found.code, found.message, found.remedy))
    return found


def test_a_stale_version_is_refused_and_kept(database: Database):
    facts = journey_at(database.app, "record-screening")
    move = move_of(facts)
    found = _keeps_nothing_but_the_rejection(
        database, facts, move.command, move.actor, expected_version=facts.version - 1
    )
    assert (found.code, found.field) == ("version-stale", "expected_version")


def test_an_unknown_journey_is_refused_and_kept(database: Database):
    facts = journey_at(database.app, "record-screening")
    move = move_of(facts)
    found = _keeps_nothing_but_the_rejection(
        database, facts, move.command, move.actor, journey=uuid4()
    )
    assert (found.code, found.field) == ("journey-unknown", "journey")


def test_a_referral_under_another_key_opens_no_journey_twice(database: Database):
    facts = journey_at(database.app, "record-screening")
    [(person,)] = select(database.app, "SELECT person_id FROM journey WHERE id = %s", facts.journey)
    asked = referral().model_dump(exclude={"patient", "referred_on"})
    again = Refer(occurred_at=LATE, person=person, **asked)
    found = _keeps_nothing_but_the_rejection(
        database, facts, again, actor(Role.REFERRER), expected_version=None
    )
    assert (found.code, found.field) == ("journey-exists", "journey")


def test_the_wrong_role_the_wrong_turn_and_the_wrong_time_are_refused_and_kept(
    database: Database,
):
    facts = journey_at(database.app, "record-screening")
    move = move_of(facts)
    assert facts.since is not None
    courier = Actor("somebody", Role.COURIER)
    early = move.command.model_copy(update={"occurred_at": facts.since - timedelta(days=1)})
    future = move.command.model_copy(update={"occurred_at": LATE + timedelta(days=1)})
    later = journey_at(database.app, "record-consent")
    for one, command, who, code in (
        (facts, move.command, courier, "role-not-allowed"),
        (facts, early, move.actor, "date-before-previous"),
        (facts, future, move.actor, "date-in-future"),
        (later, move.command, move.actor, "out-of-order"),
    ):
        assert _keeps_nothing_but_the_rejection(database, one, command, who).code == code


def test_a_rule_that_says_no_changes_nothing(database: Database):
    facts = journey_at(database.app, "administer-dose")
    move = move_of(facts)
    assert isinstance(move.command, AdministerDose)
    wrong = move.command.model_copy(update={"scanned_patient": "ATF-0000"})
    found = _keeps_nothing_but_the_rejection(database, facts, wrong, move.actor)
    assert found.code == "scan-unreadable"


def test_a_constraint_that_says_no_changes_nothing_and_is_explained(database: Database):
    """Two journeys, one bag: the second to claim it is refused by the database itself."""
    first = journey_at(database.app, "record-cell-count")
    taken = select(database.app, "SELECT unit FROM unit WHERE journey_id = %s", first.journey)
    second = journey_at(database.app, "record-collection")
    move = move_of(second)
    stolen = move.command.model_copy(update={"unit": taken[0][0]})
    found = _keeps_nothing_but_the_rejection(database, second, stolen, move.actor)
    assert (found.code, found.field) == ("unit-taken", "unit")
    assert taken[0][0] not in str(found)


def test_a_second_referral_of_a_patient_for_the_same_product_is_a_duplicate(database: Database):
    person = patient()
    first = opened(database.app, patient=person)
    before = counts(database.app)
    with pytest.raises(Refused) as refusal:
        opened(database.app, patient=person)
    assert (refusal.value.code, refusal.value.field) == ("referral-duplicate", "patient")
    assert counts(database.app) == {**before, "command": before["command"] + 1}
    assert opened(database.app, "yescarta", patient=person) != first


def test_the_same_referral_sent_twice_opens_one_journey(database: Database):
    sent = referral()
    first = open_journey(database.app, sent, actor(Role.REFERRER))
    before = counts(database.app)
    again = open_journey(database.app, sent, actor(Role.REFERRER))
    assert again.repeated
    assert again.journey == first.journey
    assert counts(database.app) == {**before, "command": before["command"] + 1}
    key = f"refer:{sent.referring_organisation}:{sent.source_reference}"
    _recorded_once(database, key, repeated=1)


def test_a_file_of_which_everything_is_on_record_is_kept_with_what_became_of_it(
    own_database: Database,
):
    person = patient()
    values = {"source_reference": "REF-TWICE", "patient": person.model_dump(mode="json")}
    sent = referral(patient=person).model_dump(mode="json") | values
    content = json.dumps(sent)
    for text in (content, content + " "):
        (outcome,) = open_from_file(
            own_database.app, text.encode(), "referral.json", actor(Role.REFERRER)
        )
        assert outcome.answer is not None
    query = "SELECT outcome, source IS NOT NULL AS kept FROM command ORDER BY outcome"
    assert select(own_database.app, query) == [("accepted", True), ("duplicate", True)]


@pytest.mark.parametrize("changed", [{"birth_date": "1981-03-01"}, {"family_name": "Other"}])
def test_a_known_number_with_another_name_or_birthday_is_an_identity_conflict(
    database: Database, changed: dict[str, str]
):
    number = nhs_number()
    opened(database.app, patient=patient(nhs_number=number))
    before = counts(database.app)
    with pytest.raises(Refused) as refusal:
        opened(database.app, "yescarta", patient=patient(nhs_number=number, **changed))
    assert (refusal.value.code, refusal.value.field) == ("identity-conflict", "patient")
    assert number not in str(refusal.value)
    after = counts(database.app)
    assert {table for table in after if after[table] != before[table]} <= {"command"}


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"product": "no-such-product"}, "product-unknown"),
        ({"treating_centre": "ZZZ"}, "organisation-unknown"),
        ({"referring_organisation": "R1C", "referred_on": "2026-01-05"}, "organisation-closed"),
    ],
)
def test_a_referral_that_may_not_be_taken_on_leaves_its_rejection_and_no_identity(
    database: Database, changed: dict[str, str], code: str
):
    sent = referral(**changed)
    before = counts(database.app)  # identities, too
    with pytest.raises(Refused) as refusal:
        open_journey(database.app, sent, actor(Role.REFERRER))
    assert refusal.value.code == code
    key = f"refer:{sent.referring_organisation}:{sent.source_reference}"
    assert [kept[1] for kept in select(database.app, REJECTED, key)] == [code]
    assert counts(database.app) == {**before, "command": before["command"] + 1}


def test_no_rejection_names_the_patient(database: Database):
    person = patient(family_name="Featherstonehaugh")
    opened(database.app, patient=person)
    with pytest.raises(Refused):
        opened(database.app, patient=person)
    with pytest.raises(Refused):
        opened(database.app, "yescarta", patient=person.model_copy(update={"family_name": "X"}))
    rows = select(database.app, "SELECT c::text FROM command c WHERE outcome = 'rejected'")
    assert not [row for row in rows if person.nhs_number in row[0] or "Feather" in row[0]]


def test_stock_is_reserved_for_one_patient_at_a_time(own_database: Database):
    app = own_database.app
    stocked(app, units=3)
    first = walk(app, opened(app, "ebvallo"), waits_for("confirm-allocation"))
    second = opened(app, "ebvallo")
    with pytest.raises(AssertionError, match="stuck at matching"):
        walk(app, second, waits_for("confirm-allocation"))
    stocked(app, units=3)
    execute(own_database.application, "UPDATE reaction SET not_before = created_at")
    later = walk(app, second, waits_for("confirm-allocation"))
    units = select(app, "SELECT unit, journey_id FROM unit")
    assert len({unit for unit, _ in units}) == len(units) == 6
    assert {journey for _, journey in units} == {first.journey, later.journey}


def test_a_hold_with_a_used_key_of_another_journey_is_not_taken_for_answered(database: Database):
    """Equal content of another patient is no repetition: this journey would stay free."""
    first, second = (journey_at(database.app, "record-consent") for _ in range(2))
    at = max(first.history[-1].occurred_at, second.history[-1].occurred_at)
    hold, key = PlaceHold(occurred_at=at, reason="RECALL-7"), str(uuid4())
    ask(database.app, first, hold, actor(Role.COMPLIANCE), key=key)
    with pytest.raises(Refused) as refusal:
        ask(database.app, second, hold, actor(Role.COMPLIANCE), key=key)
    assert refusal.value.code == "key-reused"
    assert present(database.app, second.journey).hold is None


def test_a_second_hold_is_refused_to_the_courier_and_kept(database: Database):
    facts = journey_at(database.app, "record-screening")
    command = PlaceHold(occurred_at=facts.history[-1].occurred_at, reason="DEV-1")
    assert refused(database.app, facts, command, actor(Role.COURIER)).code == "role-not-allowed"
