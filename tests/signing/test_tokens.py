"""A token is one signature: of this record as it is, by this person, in this meaning, once."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from atmpflow.commands.after import LiftHold, PlaceHold
from atmpflow.commands.shipment import DecideDeviation
from atmpflow.errors import Refused
from atmpflow.journey import Facts
from atmpflow.message import Command
from atmpflow.people import Actor, Role
from atmpflow.rules.signature import LIFE
from atmpflow.signing import Meaning, needed
from desk.simulation.people import actor
from desk.simulation.signing import sign
from desk.simulation.step import present
from models.record import Answer, Request, record
from tasks import clock
from tasks.signing import begin, finish, local, review
from tests.conftest import Database
from tests.factories import held, journey_at, lifted, move_of, opened
from tests.models.rows import select
from tests.signing.conftest import Signer, signer

PHYSICIAN = actor(Role.PHYSICIAN)


def _held(database: Database) -> Facts:
    return held(database.app, present(database.app, opened(database.app)))


def _lift(facts: Facts) -> LiftHold:
    return LiftHold(occurred_at=facts.history[-1].occurred_at, reason="CAPA-1")


def _ask(
    database: Database,
    facts: Facts,
    command: Command,
    token: str | None,
    who: Actor = PHYSICIAN,
    **more: Any,
) -> Answer:
    request = Request(command, who, str(uuid4()), facts.journey, signature=token)
    return record(database.app, request, more.get("now") or clock.wall())


def _token(database: Database, facts: Facts, who: Actor = PHYSICIAN) -> str:
    wanted = needed(_lift(facts))
    assert wanted is not None
    return sign(database.app, who, wanted, facts.journey)


def _refusal(database: Database, facts: Facts, command: Command, token: str | None, **more: Any):
    with pytest.raises(Refused) as refused:
        _ask(database, facts, command, token, **more)
    assert present(database.app, facts.journey).version == facts.version, "nothing was recorded"
    return refused.value


def test_a_command_that_must_be_signed_is_refused_without_a_signature(signing: Database):
    facts = _held(signing)

    refused = _refusal(signing, facts, _lift(facts), None)

    assert (refused.code, refused.field) == ("signature-missing", "signature")
    assert "approved" in refused.message


def test_a_token_that_nobody_was_given_is_refused(signing: Database):
    facts = _held(signing)

    assert _refusal(signing, facts, _lift(facts), "sig-made-up").code == "signature-unknown"


def test_a_signature_counts_once(signing: Database):
    facts = _held(signing)
    token = _token(signing, facts)
    _ask(signing, facts, _lift(facts), token)
    after = held(signing.app, present(signing.app, facts.journey), "DEV-2")

    refused = _refusal(signing, after, _lift(after), token)

    assert refused.code == "signature-refused"
    assert "used-before" in refused.message


def test_the_same_command_sent_twice_with_its_token_is_recorded_once(signing: Database):
    facts = _held(signing)
    token = _token(signing, facts)
    request = Request(_lift(facts), PHYSICIAN, str(uuid4()), facts.journey, signature=token)

    first = record(signing.app, request, clock.wall())
    again = record(signing.app, request, clock.wall())

    assert (first.repeated, again.repeated) == (False, True)
    assert again.version == first.version


def test_a_signature_of_a_record_that_has_changed_since_is_refused(signing: Database):
    facts = _held(signing)
    token = _token(signing, facts)
    more = PlaceHold(occurred_at=facts.history[-1].occurred_at, reason="DEV-2")
    _ask(signing, facts, more, None, actor(Role.COMPLIANCE))
    after = present(signing.app, facts.journey)

    refused = _refusal(signing, after, _lift(after), token)

    assert refused.code == "signature-refused"
    assert "record-changed: version 2, now 3" in refused.message


def test_nobody_uses_the_signature_of_somebody_else(signing: Database):
    facts = _held(signing)
    token = _token(signing, facts)

    refused = _refusal(signing, facts, _lift(facts), token, who=actor(Role.PHARMACIST))

    assert "other-person" in refused.message


def test_a_signature_of_another_journey_is_refused(signing: Database):
    facts, other = _held(signing), _held(signing)
    token = _token(signing, other)

    assert "other-record" in _refusal(signing, facts, _lift(facts), token).message


def test_a_signature_in_another_meaning_is_refused(signing: Database):
    facts = _held(signing)
    who: Signer = signer(signing, Role.COMPLIANCE, 3)
    to_sign = begin(signing.app, who.who, Meaning.REVIEWED, facts.journey)
    token = finish(signing.app, to_sign, local(who.proof(clock.wall()))).token

    refused = _refusal(signing, facts, _lift(facts), token, who=who.who)

    assert "other-meaning: it says reviewed" in refused.message


def test_a_signature_is_too_old_after_a_quarter_of_an_hour(signing: Database):
    facts = _held(signing)
    token = _token(signing, facts)
    late = clock.wall() + LIFE + timedelta(seconds=1)

    assert "too-old" in _refusal(signing, facts, _lift(facts), token, now=late).message


def test_one_person_cannot_sign_for_both(signing: Database):
    facts = _held(signing)
    _ask(signing, facts, _lift(facts), _token(signing, facts))
    agreed = present(signing.app, facts.journey)

    refused = _refusal(signing, agreed, _lift(agreed), _token(signing, agreed))

    assert refused.code == "lift-not-independent"


def test_two_people_with_a_signature_each_lift_a_hold(signing: Database):
    facts = lifted(signing.app, _held(signing))

    assert facts.hold is None
    query = "SELECT account, matter FROM signature_use WHERE journey_id = %s ORDER BY version"
    assert select(signing.app, query, facts.journey) == [
        ("simulated-treating-physician-1", "lift-hold:2"),
        ("simulated-atmp-pharmacist-1", "lift-hold:2"),
    ]


def test_a_batch_is_certified_only_after_its_trail_was_reviewed_as_it_is(signing: Database):
    facts = journey_at(signing.app, "certify-batch")
    move = move_of(facts)
    wanted = needed(move.command)
    assert wanted is not None
    unreviewed = replace(wanted, trail_reviewed=False)
    token = sign(signing.app, move.actor, unreviewed, facts.journey)

    refused = _refusal(signing, facts, move.command, token, who=move.actor)
    assert (refused.code, refused.field) == ("trail-not-reviewed", "audit_trail_reviewed")

    review(signing.app, move.actor, facts.journey)
    held_once = held(signing.app, facts)
    moved = lifted(signing.app, held_once)
    token = sign(signing.app, move.actor, unreviewed, facts.journey)
    refused = _refusal(signing, moved, move.command, token, who=move.actor)
    assert refused.code == "trail-not-reviewed", "what was added since asks for another review"

    review(signing.app, move.actor, facts.journey)
    answer = _ask(signing, moved, move.command, token, move.actor)
    assert answer.events == ("batch.certified",)


def test_a_review_of_what_is_no_longer_the_newest_version_is_refused(signing: Database):
    facts = _held(signing)

    with pytest.raises(Refused, match="version-stale"):
        review(signing.app, PHYSICIAN, facts.journey, facts.version - 1)


def test_a_machine_cannot_sign(signing: Database):
    facts = _held(signing)

    with pytest.raises(Refused, match="account-unknown"):
        begin(signing.app, Actor("atmpflow", Role.PHYSICIAN), Meaning.APPROVED, facts.journey)
    with pytest.raises(Refused, match="meaning-not-allowed"):
        begin(signing.app, Actor("atmpflow", Role.SYSTEM), Meaning.APPROVED, facts.journey)


def test_nobody_signs_what_their_role_does_not_sign(signing: Database):
    facts = _held(signing)

    with pytest.raises(Refused, match="meaning-not-allowed"):
        begin(signing.app, PHYSICIAN, Meaning.CERTIFIED, facts.journey)


def test_a_rejection_is_not_signed(signing: Database):
    facts = _held(signing)
    rejected = DecideDeviation(
        occurred_at=facts.history[-1].occurred_at, decision="reject", justification="DEV-1"
    )

    assert needed(rejected) is None
    assert needed(rejected.model_copy(update={"decision": "accept"})) is not None
