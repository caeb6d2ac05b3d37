"""The release checklist says, line by line, what certification needs and what is missing."""

from datetime import timedelta

import pytest

from atmpflow.commands.after import PlaceHold
from atmpflow.commands.consent import WithdrawConsent
from atmpflow.events.admission import ConsentVerified
from atmpflow.events.manufacture import (
    ManufactureCompleted,
    ManufactureStarted,
    QualityPassed,
    QualityResultsRecorded,
)
from atmpflow.events.shipment import ShipmentAccepted, TemperatureLogged
from atmpflow.journey import Facts
from atmpflow.message import Event
from atmpflow.people import Role
from atmpflow.rules.checklist import checklist, missing
from atmpflow.rules.release import judge_record
from desk.simulation.people import actor
from tests.memory import asked, waiting_for, whole, without

MADE = ("kymriah", "holoclar")


def _now(facts: Facts):
    return facts.history[-1].occurred_at


def _missing(facts: Facts, **more: timedelta) -> set[str]:
    at = _now(facts) + more.get("later", timedelta())
    return {one.code for one in missing(checklist(facts, at, trail_reviewed_at=facts.version))}


@pytest.mark.parametrize("product", MADE)
def test_a_complete_record_misses_nothing_but_the_review_of_its_trail(product: str):
    facts = waiting_for("certify-batch", product)

    assert _missing(facts) == set()
    unreviewed = checklist(facts, _now(facts), trail_reviewed_at=None)
    assert [one.code for one in missing(unreviewed)] == ["audit-trail"]
    before = checklist(facts, _now(facts), trail_reviewed_at=facts.version - 1)
    assert [one.found for one in missing(before)] == [
        f"reviewed up to {facts.version - 1}, now {facts.version}"
    ]


@pytest.mark.parametrize("product", MADE)
def test_every_satisfied_line_names_its_evidence(product: str):
    facts = waiting_for("certify-batch", product)
    by_seq = {row.seq: row.event.name for row in facts.history}

    for line in checklist(facts, _now(facts), trail_reviewed_at=facts.version):
        assert line.satisfied
        assert line.code == "no-hold" or line.evidence
        assert set(line.evidence) <= set(by_seq)
        assert line.source


GONE: list[tuple[type[Event], str]] = [
    (ConsentVerified, "consent"),
    (TemperatureLogged, "transport"),
    (ShipmentAccepted, "material"),
    (ManufactureStarted, "started"),
    (ManufactureCompleted, "made"),
    (QualityResultsRecorded, "results"),
    (QualityPassed, "specification"),
]


@pytest.mark.parametrize(("kind", "code"), GONE)
def test_what_was_not_recorded_is_missing(kind: type[Event], code: str):
    facts = waiting_for("certify-batch")

    assert code in _missing(without(facts, kind))


def test_a_batch_past_its_expiry_is_missing_its_time():
    assert _missing(waiting_for("certify-batch"), later=timedelta(days=9999)) == {"in-date"}


def test_a_hold_and_consent_that_was_taken_back_are_named():
    facts = waiting_for("certify-batch")
    held = asked(facts, PlaceHold(occurred_at=_now(facts), reason="DEV-1"), actor(Role.QP))
    taken = WithdrawConsent(occurred_at=_now(facts), scopes=("treatment",))
    withdrawn = asked(facts, taken, actor(Role.PHYSICIAN))

    assert _missing(held) == {"no-hold"}
    assert "consent" in _missing(withdrawn)


@pytest.mark.parametrize("product", MADE)
def test_the_checklist_and_the_rule_that_certifies_agree_in_every_state(product: str):
    for facts in whole(product):
        ready = not _missing(facts)
        assert not ready or judge_record(facts, _now(facts)).allowed
        if facts.stage == "release":
            assert ready == judge_record(facts, _now(facts)).allowed
