"""What each decision refuses: the code, the field, and never a value that was read or typed."""

from datetime import timedelta
from typing import Any

import pytest

from atmpflow.commands.administration import AdministerDose, CheckIdentity, PrepareDose, ThawProduct
from atmpflow.commands.admission import RecordScreening
from atmpflow.commands.collection import RecordCollection
from atmpflow.decide import decide
from atmpflow.errors import Refused
from atmpflow.events.admission import Slot
from atmpflow.events.manufacture import ManufactureCompleted
from atmpflow.journey import Facts
from atmpflow.message import Command
from atmpflow.people import Actor, Role
from tests.memory import LATE, asked, next_command, waiting_for

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


def _refused(facts: Facts, command: Command, who: Actor) -> Refused:
    with pytest.raises(Refused) as refused:
        decide(command, facts, LATE, who)
    return refused.value


def _changed(command: str, product: str = "kymriah", **changed: Any) -> Refused:
    """The refusal of the command that is due, with some fields changed."""
    facts = waiting_for(command, product)
    move = next_command(facts)
    return _refused(facts, move.command.model_copy(update=changed), move.actor)


SHIPPER = ("shipper-mismatch", "scanned_shipper")


@pytest.mark.parametrize(
    ("command", "product", "changed", "code", "field"),
    [
        ("record-screening", "kymriah", {"answers": {"shoe": 1}}, "criterion-unknown", "answers"),
        ("place-order", "zolgensma", {"occurred_at": LATE - DAY}, "weight-too-old", "weight_kg"),
        ("confirm-order", "zolgensma", {"units": ()}, "units-too-few", "units"),
        ("confirm-order", "luxturna", {"units": ("U", "U")}, "units-too-few", "units"),
        ("allocate-unit", "ebvallo", {"units": ("U",)}, "units-too-few", "units"),
        ("allocate-unit", "ebvallo", {"hla": ("A*02:01",)}, "hla-mismatch", "hla"),
        ("allocate-unit", "ebvallo", {"restricted_by": ()}, "hla-mismatch", "hla"),
        ("record-collection", "kymriah", {"scanned_coi": "ATF"}, "scan-unreadable", "scanned_coi"),
        ("record-collection", "kymriah", {"started_at": LATE}, "date-impossible", "ended_at"),
        ("pack-shipment", "kymriah", {"charged_at": LATE}, "date-impossible", "charged_at"),
        ("collect-shipment", "kymriah", {"seal": "ANOTHER"}, "seal-mismatch", "seal"),
        ("collect-shipment", "kymriah", {"scanned_shipper": "S"}, *SHIPPER),
        ("deliver-shipment", "ebvallo", {"scanned_shipper": "S"}, *SHIPPER),
        ("book-courier", "kymriah", {"sscc": "3" * 18}, "gs1-check-digit", "sscc"),
        ("record-temperature-log", "kymriah", {"logger": "L"}, "logger-mismatch", "logger"),
        ("start-manufacture", "kymriah", {"occurred_at": LATE}, "expired", "occurred_at"),
        (
            "complete-manufacture",
            "kymriah",
            {"expires_at": LATE},
            "expiry-impossible",
            "expires_at",
        ),
        ("complete-manufacture", "aucatzyl", {"units": ("U",)}, "units-too-few", "units"),
        ("record-quality-results", "kymriah", {"batch": "X"}, "batch-mismatch", "batch"),
        ("certify-batch", "kymriah", {"batch": "X"}, "batch-mismatch", "batch"),
        ("certify-batch", "kymriah", {"occurred_at": LATE}, "record-incomplete", "batch"),
        ("accept-product", "kymriah", {"occurred_at": LATE}, "expired", "occurred_at"),
        ("prescribe-dose", "kymriah", {"dose": 2}, "dose-number-wrong", "dose"),
        ("prescribe-dose", "kymriah", {"quantity": 7.0}, "dose-out-of-range", "quantity"),
        ("prescribe-dose", "tecartus", {"quantity": 2.1e8}, "dose-out-of-range", "quantity"),
        (
            "prescribe-dose",
            "kymriah",
            {"tocilizumab_on_site": 0},
            "tocilizumab-missing",
            "tocilizumab_on_site",
        ),
        (
            "prescribe-dose",
            "kymriah",
            {"occurred_at": LATE},
            "conditioning-interval",
            "occurred_at",
        ),
        ("check-identity", "kymriah", {"phase": "administration"}, "out-of-order", "phase"),
        ("check-identity", "kymriah", {"dose": 2}, "dose-number-wrong", "dose"),
        ("thaw-product", "kymriah", {"began_at": LATE}, "gate-closed", "began_at"),
        ("administer-dose", "kymriah", {"dose": 2}, "dose-number-wrong", "dose"),
        ("administer-dose", "kymriah", {"ended_at": LATE}, "date-impossible", "started_at"),
        ("record-follow-up", "kymriah", {"day": 365}, "visit-unexpected", "day"),
    ],
)
def test_a_wrong_field_is_named_with_a_remedy(
    command: str, product: str, changed: dict[str, Any], code: str, field: str
):
    refused = _changed(command, product, **changed)
    assert (refused.code, refused.field) == (code, field)
    assert refused.message
    assert refused.remedy


def test_a_weight_beyond_the_cap_does_not_raise_the_dose():
    refused = _changed("prescribe-dose", "tecartus", quantity=2.4e8, weight_kg=120.0)
    assert refused.code == "dose-out-of-range"


def test_screening_with_a_sample_of_tomorrow_is_refused():
    facts = waiting_for("record-screening")
    move = next_command(facts)
    command = move.command
    assert isinstance(command, RecordScreening)
    later = command.model_copy(update={"virology_taken_at": command.occurred_at + MINUTE})
    assert _refused(facts, later, move.actor).field == "virology_taken_at"


def test_virology_grown_old_by_the_day_of_collection_is_refused():
    facts = waiting_for("record-collection")
    move = next_command(facts)
    later = {
        field: getattr(move.command, field) + 40 * DAY
        for field in ("occurred_at", "started_at", "ended_at")
    }
    refused = _refused(facts, move.command.model_copy(update=later), move.actor)
    assert (refused.code, refused.field) == ("virology-too-old", "started_at")


def test_a_patient_who_does_not_meet_a_criterion_is_not_confirmed():
    facts = waiting_for("record-screening")
    move = next_command(facts)
    assert isinstance(move.command, RecordScreening)
    answers = {**move.command.answers, "ecog": 4}
    facts = asked(facts, move.command.model_copy(update={"answers": answers}), move.actor)
    assess = next_command(facts)
    facts = asked(facts, assess.command, assess.actor)
    confirm = next_command(facts)
    refused = _refused(facts, confirm.command, confirm.actor)
    assert (refused.code, refused.field) == ("criteria-not-met", "decision")
    assert "ecog" in refused.message
    declined = confirm.command.model_copy(update={"decision": "not-eligible"})
    assert asked(facts, declined, confirm.actor).ended == "not-eligible"


def test_a_slot_that_ends_before_it_begins_is_refused():
    facts = waiting_for("book-slots")
    move = next_command(facts)
    at = move.command.occurred_at
    slot = Slot(kind="bed", resource="bed 1", starts_at=at + DAY, ends_at=at + DAY)
    refused = _refused(facts, move.command.model_copy(update={"slots": (slot,)}), move.actor)
    assert (refused.code, refused.field) == ("slot-empty", "slots[0]")


def test_a_second_slot_of_a_kind_is_refused_whatever_its_resource_and_time():
    facts = waiting_for("book-slots")
    move = next_command(facts)
    slots = move.command.model_dump()["slots"]
    for number, slot in enumerate(slots):
        again = {**slot, "resource": "another", "ends_at": slot["ends_at"] + DAY}
        twice = type(move.command)(occurred_at=move.command.occurred_at, slots=(*slots, again))
        refused = _refused(facts, twice, move.actor)
        assert (refused.code, refused.field) == ("slot-twice", f"slots[{len(slots)}]"), number
    assert len(slots) == 4


def test_the_qp_who_made_or_checked_the_batch_neither_certifies_nor_rejects():
    facts = waiting_for("certify-batch")
    move = next_command(facts)
    made = facts.recorded(ManufactureCompleted)
    assert made is not None
    maker = Actor(made[0].actor.id, Role.QP)
    assert _refused(facts, move.command, maker).code == "qp-not-independent"


def test_the_same_person_cannot_be_both_checkers():
    for phase in ("preparation", "administration"):
        facts = next(
            facts
            for facts in _checks()
            if getattr(next_command(facts).command, "phase", "") == phase
        )
        move = next_command(facts)
        once = asked(facts, move.command, move.actor)
        refused = _refused(once, move.command, move.actor)
        assert (refused.code, refused.field) == ("checker-not-independent", "actor")
        assert asked(once, move.command, Actor("another", Role.CHECKER)).position > once.position


def _checks() -> list[Facts]:
    before = waiting_for("check-identity")
    after = waiting_for("administer-dose")
    between = [before]
    while between[-1].version < after.version:
        move = next_command(between[-1])
        between.append(asked(between[-1], move.command, move.actor))
    return [facts for facts in between if facts.step and facts.step.command is CheckIdentity]


@pytest.mark.parametrize("product", ["kymriah", "holoclar"])
def test_a_clock_that_began_before_both_checks_is_refused(product: str):
    name = "thaw-product" if product == "kymriah" else "prepare-dose"
    facts = waiting_for(name, product)
    move = next_command(facts)
    assert isinstance(move.command, ThawProduct | PrepareDose)
    assert facts.since is not None
    early = move.command.model_copy(update={"began_at": facts.since - MINUTE})
    refused = _refused(facts, early, move.actor)
    assert (refused.code, refused.field) == ("date-impossible", "began_at")


def test_a_dose_after_its_window_is_refused():
    facts = waiting_for("administer-dose")
    move = next_command(facts)
    assert isinstance(move.command, AdministerDose)
    late = move.command.ended_at + 30 * MINUTE
    command = move.command.model_copy(update={"ended_at": late, "occurred_at": late})
    refused = _refused(facts, command, move.actor)
    assert (refused.code, refused.field) == ("window-passed", "ended_at")


def test_monitoring_is_not_complete_before_its_days_have_passed():
    facts = waiting_for("complete-monitoring")
    move = next_command(facts)
    early = move.command.model_copy(update={"occurred_at": facts.since})
    assert _refused(facts, early, move.actor).code == "monitoring-too-short"


def test_no_name_is_taken_for_the_kind_of_an_identifier():
    right = next_command(waiting_for("record-collection")).command.model_dump()
    with pytest.raises(ValueError, match="second_identifier"):
        RecordCollection.model_validate({**right, "second_identifier": "Ada Example"})
