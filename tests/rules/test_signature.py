"""A signature carries a command only by its own person, meaning, record, version, hash and time."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atmpflow.commands import COMMANDS
from atmpflow.people import Actor, Role
from atmpflow.rules.signature import (
    LIFE,
    SECOND_LIFE,
    SKEW,
    Record,
    Signature,
    judge_signature,
    seconds,
)
from atmpflow.signing import SIGNED, Meaning, matter, meanings, needed
from atmpflow.verdict import Reason
from tests.memory import waiting_for

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
QP = Actor("qp-1", Role.QP)
RECORD = Record("journey", "j-1", 41, b"h" * 32)
GOOD = Signature(
    UUID(int=1), "qp-1", Role.QP.value, "certified", "journey", "j-1", 41, b"h" * 32, NOW
)
WRONG: list[tuple[dict[str, Any], str]] = [
    ({"account": "qp-2"}, "other-person"),
    ({"role": Role.COMPLIANCE.value}, "other-person"),
    ({"meaning": "reviewed"}, "other-meaning"),
    ({"record_id": "j-2"}, "other-record"),
    ({"record_kind": "finding"}, "other-record"),
    ({"version": 40}, "record-changed"),
    ({"digest": b"x" * 32}, "record-changed"),
    ({"used": True}, "used-before"),
    ({"signed_at": NOW - LIFE - timedelta(seconds=1)}, "too-old"),
    ({"signed_at": NOW + SKEW + timedelta(seconds=1)}, "too-old"),
]


def _judged(signature: Signature, meaning: Meaning = Meaning.CERTIFIED) -> set[str]:
    found = judge_signature(signature, RECORD, actor=QP, meaning=meaning, now=NOW)
    return {reason.code for reason in found.against}


def test_a_signature_that_is_right_in_everything_carries_its_command():
    assert _judged(GOOD) == set()
    assert _judged(replace(GOOD, signed_at=NOW - LIFE)) == set()


@pytest.mark.parametrize(("change", "code"), WRONG)
def test_whatever_is_otherwise_is_refused_and_named(change: dict[str, Any], code: str):
    assert _judged(replace(GOOD, **change)) == {code}


LINKS = "21 CFR 11.70 (a signature is linked to its record)"
OWNS = "21 CFR 11.100, 11.200 (a signature is one person's own)"
MEANS = "21 CFR 11.50 (a signature says what it means)"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (
            {"account": "qp-2"},
            Reason("other-person", "signed by another or as another", OWNS),
        ),
        ({"meaning": "reviewed"}, Reason("other-meaning", "it says reviewed", MEANS)),
        ({"record_id": "j-2"}, Reason("other-record", "another record", LINKS)),
        ({"version": 40}, Reason("record-changed", "version 40, now 41", LINKS)),
        ({"digest": b"x" * 32}, Reason("record-changed", "version 41, now 41", LINKS)),
        ({"used": True}, Reason("used-before", "a signature counts once", OWNS)),
        (
            {"signed_at": NOW - timedelta(minutes=16)},
            Reason("too-old", "signed 0:16:00 ago", OWNS),
        ),
    ],
)
def test_each_reason_against_says_what_was_found_and_cites_its_rule(
    change: dict[str, Any], reason: Reason
):
    signature = replace(GOOD, **change)
    found = judge_signature(signature, RECORD, actor=QP, meaning=Meaning.CERTIFIED, now=NOW)
    assert found.against == (reason,)


def test_another_record_is_not_called_a_changed_one_too():
    assert _judged(replace(GOOD, record_id="j-2", version=40)) == {"other-record"}


@pytest.mark.parametrize(
    ("ahead", "codes"),
    [
        (timedelta(seconds=5), set[str]()),
        (timedelta(seconds=5, microseconds=1), {"too-old"}),
        (-timedelta(minutes=15), set[str]()),
        (-timedelta(minutes=15, microseconds=1), {"too-old"}),
    ],
)
def test_a_signature_counts_from_five_seconds_ahead_to_a_quarter_of_an_hour_behind(
    ahead: timedelta, codes: set[str]
):
    assert _judged(replace(GOOD, signed_at=NOW + ahead)) == codes


@given(st.lists(st.sampled_from(WRONG), min_size=1))
def test_nothing_that_is_right_makes_up_for_what_is_wrong(changes: list[Any]):
    signature = GOOD
    for change, _ in changes:
        signature = replace(signature, **change)

    assert _judged(signature), "some reason stands against it"


def test_the_second_pair_of_eyes_is_another_persons_who_may():
    first = Actor("qp-1", Role.QP)
    roles = frozenset({Role.PHARMACIST.value})
    second = replace(GOOD, account="pharm-1", role=Role.PHARMACIST.value, meaning="reviewed")

    def counts(**change: Any) -> bool:
        return seconds(replace(second, **change), RECORD, first=first, roles=roles, now=NOW)

    assert counts()
    assert counts(signed_at=NOW - SECOND_LIFE)
    assert not counts(account="qp-1")
    assert not counts(role=Role.QP.value)
    assert not counts(meaning="approved")
    assert not counts(version=40)
    assert not counts(used=True)
    assert not counts(signed_at=NOW - SECOND_LIFE - timedelta(seconds=1))


def test_a_machine_signs_nothing_and_a_person_only_what_their_role_answers_for():
    assert meanings(Role.SYSTEM) == frozenset()
    assert meanings(Role.QP) == {Meaning.CERTIFIED, Meaning.APPROVED}
    assert Meaning.CERTIFIED not in set().union(*(meanings(one) for one in Role if one != Role.QP))


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_no_command_that_must_be_signed_may_be_asked_by_the_engine(name: str):
    kind = COMMANDS[name]
    assert not (kind in SIGNED and Role.SYSTEM in kind.roles)


def test_every_signed_command_cites_the_regulation_that_wants_it():
    assert all("CFR" in one.source or "GMP" in one.source for one in SIGNED.values())


def test_a_matter_is_the_batch_the_hold_or_the_shipment_that_is_decided():
    facts = waiting_for("certify-batch")
    command = next(one for one in SIGNED if one.name == "certify-batch").model_construct()

    assert needed(command) is SIGNED[type(command)]
    assert matter(command, facts).startswith("batch:B-")
