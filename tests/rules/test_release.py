"""A batch is certified by nobody who made or checked it, and only when its record is whole."""

from datetime import datetime

import pytest

from atmpflow.events.admission import ConsentVerified
from atmpflow.events.after import HoldPlaced
from atmpflow.events.manufacture import (
    ManufactureCompleted,
    QualityPassed,
    QualityResultsRecorded,
)
from atmpflow.events.shipment import DeviationAccepted, ShipmentAccepted
from atmpflow.journey import Facts
from atmpflow.message import Event
from atmpflow.people import Actor, Role
from atmpflow.products.catalogue import catalogue
from atmpflow.rules.release import judge_certifier, judge_record
from tests.memory import waiting_for, with_event, without
from tests.wording import against

MADE = sorted(code for code, spec in catalogue().items() if spec.manufacture)


def _codes(facts: Facts, at: datetime | None = None) -> list[str]:
    moment = at or facts.since
    assert moment is not None
    return against(judge_record(facts, moment))


@pytest.mark.parametrize("product", MADE)
def test_a_whole_record_may_be_certified(product: str):
    assert _codes(waiting_for("certify-batch", product)) == []


@pytest.mark.parametrize(
    ("missing", "code"),
    [
        ((ShipmentAccepted, DeviationAccepted), "material-not-accepted"),
        ((ManufactureCompleted,), "not-made"),
        ((QualityPassed,), "tests-missing"),
        ((ConsentVerified,), "consent-missing"),
    ],
)
def test_what_the_record_misses_is_named(missing: tuple[type[Event], ...], code: str):
    assert _codes(without(waiting_for("certify-batch"), *missing)) == [code]


def test_material_accepted_by_a_deviation_is_accepted():
    facts = without(waiting_for("certify-batch"), ShipmentAccepted)
    assert facts.since is not None
    accepted = with_event(facts, DeviationAccepted(justification="DEV-1"), facts.since)
    assert _codes(facts) == ["material-not-accepted"]
    assert _codes(accepted) == []


def test_an_expired_or_held_batch_is_not_certified():
    facts = waiting_for("certify-batch")
    made = facts.last(ManufactureCompleted)
    assert made is not None
    assert _codes(facts, made.expires_at) == ["expired"]
    assert facts.since is not None
    assert _codes(with_event(facts, HoldPlaced(reason="DEV-1"), facts.since)) == ["held"]


@pytest.mark.parametrize("product", MADE)
def test_whoever_started_made_or_checked_the_batch_may_not_certify_it(product: str):
    facts = waiting_for("certify-batch", product)
    hands = {
        row.actor.id
        for row in facts.history
        if row.event.name
        in ("manufacture.started", "manufacture.completed", "quality.results_recorded")
    }
    assert len(hands) == 2
    for person in hands:
        assert against(judge_certifier(facts, person)) == ["qp-not-independent"]
    assert judge_certifier(facts, "another-qp").allowed


def test_an_earlier_checker_is_a_checker_though_another_checked_later():
    facts = waiting_for("certify-batch")
    results, at = facts.last(QualityResultsRecorded), facts.since
    assert results is not None
    assert at is not None
    for person in ("first-checker", "second-checker"):
        facts = with_event(facts, results, at, Actor(person, Role.QUALITY_CONTROL))
    assert not judge_certifier(facts, "first-checker").allowed
    assert not judge_certifier(facts, "second-checker").allowed
