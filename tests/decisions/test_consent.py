"""Consent that is taken back: at once nothing more is given, whatever the stage."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atmpflow.commands.administration import AdministerDose, PrescribeDose
from atmpflow.commands.after import LiftHold, PlanFollowUp, RecordFollowUp, Withdraw
from atmpflow.commands.consent import RenewConsent, WithdrawConsent
from atmpflow.decide import decide
from atmpflow.duties import open_duties
from atmpflow.errors import Refused
from atmpflow.events.administration import DoseAdministered
from atmpflow.events.after import JourneyWithdrawn
from atmpflow.events.consent import ConsentWithdrawn, FollowUpEnded, TreatmentStopped
from atmpflow.events.manufacture import ManufactureStarted
from atmpflow.journey import Facts
from atmpflow.people import ENGINE, Actor, Role
from atmpflow.rules.administration import judge_gate
from atmpflow.rules.consent import SCOPES, agreed_since, in_force, left_over, taken_back_at
from atmpflow.rules.release import judge_record
from atmpflow.waits import timers, waits_for
from tests.memory import LATE, asked, next_command, stepped, waiting_for, whole, with_event
from tests.wording import against

NURSE = Actor("a-nurse", Role.NURSE)
PHYSICIAN = Actor("a-physician", Role.PHYSICIAN)
PRODUCTS = ("aucatzyl", "ebvallo", "zolgensma", "holoclar")
CONSENTED = [
    facts
    for product in PRODUCTS
    for facts in whole(product)
    if in_force(facts) and facts.step is not None
]


def _take_back(facts: Facts, *scopes: str, cells: str | None = None) -> Facts:
    command = WithdrawConsent.model_validate(
        {"occurred_at": facts.history[-1].occurred_at, "scopes": scopes, "unused_cells": cells}
    )
    return asked(facts, command, NURSE)


def _code(facts: Facts, command, who: Actor) -> str:
    with pytest.raises(Refused) as refused:
        decide(command, facts, LATE, who)
    return refused.value.code


def _kinds(facts: Facts) -> set[tuple[str, Role]]:
    return {(duty.name.partition(":")[0], duty.owner) for duty in open_duties(facts)}


@given(st.sampled_from(CONSENTED), st.data())
def test_no_dose_is_given_after_consent_to_treatment_was_taken_back(facts: Facts, data):
    others = sorted(set(SCOPES[facts.product.pathway]) - {"treatment"})
    scopes = data.draw(st.sets(st.sampled_from(others)))
    given = len(facts.all(DoseAdministered))
    after = _take_back(facts, "treatment", *sorted(scopes))
    assert "consent-missing" in {reason.code for reason in judge_gate(after, LATE).against}
    for move in (next_command(facts), *_bedside(facts)):
        try:
            events = decide(move.command, after, LATE, move.actor)
        except Refused:
            continue
        assert not any(isinstance(event, DoseAdministered) for event in events)
    assert len(after.all(DoseAdministered)) == given


MINUTE = timedelta(minutes=1)


@given(st.sampled_from(CONSENTED), st.integers(-50_000, 50_000))
def test_nothing_is_taken_back_before_it_was_agreed_to_or_renewed_before_it_was_taken_back(
    facts: Facts, minutes: int
):
    given_at = agreed_since(facts)["treatment"]
    at = min(given_at + minutes * MINUTE, LATE)
    taken = WithdrawConsent(occurred_at=at, scopes=("treatment",))
    if at < given_at:
        assert _code(facts, taken, NURSE) == "date-impossible"
        return
    after = asked(facts, taken, NURSE)
    assert taken_back_at(after) == at
    for early in (MINUTE, timedelta(microseconds=1)):
        renewed = RenewConsent(occurred_at=at - early, scopes=("treatment",), form_version="v2")
        expected = "journey-ended" if after.ended else "date-impossible"
        assert _code(after, renewed, PHYSICIAN) == expected


def test_a_withdrawal_that_is_told_late_is_taken_and_keeps_its_time():
    facts = waiting_for("complete-monitoring", "aucatzyl")
    dose = facts.recorded(DoseAdministered)
    assert dose is not None
    before = dose[1].started_at - MINUTE
    after = asked(facts, WithdrawConsent(occurred_at=before, scopes=("treatment",)), NURSE)
    assert taken_back_at(after) == before
    assert "treatment" not in in_force(after)


def _bedside(facts: Facts):
    """The commands that give a dose, as they would come from a journey that waits for them."""
    return [
        next_command(one)
        for one in whole(facts.product.code)
        if one.step is not None and one.step.command in (PrescribeDose, AdministerDose)
    ]


@pytest.mark.parametrize(
    ("command", "keeper", "owner"),
    [
        ("record-cell-count", "centre", Role.LABORATORY),
        ("complete-manufacture", "manufacturer", Role.MANUFACTURER),
        ("certify-batch", "manufacturer", Role.MANUFACTURER),
        ("accept-product", "centre", Role.LABORATORY),
        ("administer-dose", "centre", Role.LABORATORY),
    ],
)
@pytest.mark.parametrize(
    ("cells", "kind"),
    [("destroy", "destroy-cells"), ("keep", "keep-cells"), ("research", "research-cells")],
)
def test_whoever_has_the_cells_deals_with_them_as_the_patient_wished(
    command: str, keeper: str, owner: Role, cells: str, kind: str
):
    after = _take_back(waiting_for(command), "treatment", cells=cells)
    assert after.ended == "withdrawn"
    event = after.last(JourneyWithdrawn)
    assert event is not None
    assert (event.keeper, event.unused_cells, event.reason) == (keeper, cells, "patient-choice")
    if command != "complete-manufacture":
        assert event.units
    assert (kind, owner) in _kinds(after)
    assert ("inform-treating-physician", Role.PHYSICIAN) in _kinds(after)
    assert all(duty.due_at > duty.since for duty in open_duties(after))


def test_before_the_collection_it_is_over_and_there_are_no_cells():
    for scope in ("collection", "treatment"):
        after = _take_back(waiting_for("record-collection"), scope)
        assert after.ended == "withdrawn"
        assert left_over(after).keeper == "nobody"
        assert not {kind for kind, _ in _kinds(after) if kind.endswith("cells")}


def test_consent_to_collection_changes_nothing_once_it_was_collected():
    facts = waiting_for("start-manufacture")
    after = _take_back(facts, "collection")
    assert (after.ended, after.hold, after.step) == (None, None, facts.step)


def test_between_two_doses_the_second_is_not_given_and_the_patient_is_watched_over():
    facts = next(
        one
        for one in whole("aucatzyl")
        if len(one.all(DoseAdministered)) == 1 and one.step and one.step.command is PrescribeDose
    )
    after = _take_back(facts, "treatment")
    stopped = after.last(TreatmentStopped)
    assert stopped is not None
    assert (stopped.doses, len(stopped.units)) == (1, 1)
    assert (after.stage, after.ended) == ("monitoring", None)
    assert ("destroy-cells", Role.LABORATORY) in _kinds(after)
    for _ in range(4):
        after = stepped(after)
    assert after.stage == "follow_up"


def test_a_needed_scope_holds_the_journey_until_it_is_agreed_to_anew():
    facts = waiting_for("start-manufacture")
    after = _take_back(facts, "data", "follow-up")
    assert after.hold is not None
    at = after.history[-1].occurred_at
    lift = LiftHold(occurred_at=at, reason="R-1")
    assert _code(after, lift, PHYSICIAN) == "consent-withdrawn"
    part = RenewConsent(occurred_at=at, scopes=("data",), form_version="v4")
    assert _code(after, part, PHYSICIAN) == "scopes-missing"
    renew = RenewConsent(occurred_at=at, scopes=("data", "follow-up"), form_version="v4")
    again = asked(after, renew, PHYSICIAN)
    again = asked(again, lift, PHYSICIAN)
    again = asked(again, lift, Actor("a-pharmacist", Role.PHARMACIST))
    assert (again.hold, again.step) == (None, facts.step)
    assert set(SCOPES["autologous"]) == in_force(again)
    assert asked(stepped(again), Withdraw(occurred_at=at, reason="clinical"), PHYSICIAN).ended


def test_after_the_treatment_follow_up_ends_and_nobody_is_contacted_any_more():
    facts = stepped(waiting_for("record-follow-up"))
    after = _take_back(facts, "follow-up")
    assert isinstance(after.history[-1].event, FollowUpEnded)
    assert (after.ended, waits_for(after)) == ("follow-up-withdrawn", None)
    assert {timer.kind.partition(":")[0] for timer in timers(after)} == {"duty"}
    assert after.history[: facts.version] == facts.history


def test_cells_are_not_collected_from_somebody_who_agrees_to_all_but_that():
    facts = waiting_for("record-collection")
    move = next_command(facts)
    for scope in sorted(set(SCOPES["autologous"]) - {"collection", "treatment"}):
        at = facts.history[-1].occurred_at
        row = ConsentWithdrawn(scopes=(scope,), unused_cells=None)
        assert decide(move.command, with_event(facts, row, at), LATE, move.actor)
    gone = ConsentWithdrawn(scopes=("collection",), unused_cells=None)
    after = with_event(facts, gone, facts.history[-1].occurred_at)
    assert len(in_force(after)) == len(in_force(facts)) - 1
    assert _code(after, move.command, move.actor) == "consent-withdrawn"


def test_no_batch_is_certified_for_somebody_who_agrees_to_all_but_the_treatment():
    facts = waiting_for("certify-batch")
    at = facts.history[-1].occurred_at
    assert against(judge_record(facts, at)) == []
    for scope in SCOPES["autologous"]:
        gone = ConsentWithdrawn(scopes=(scope,), unused_cells=None)
        judged = judge_record(with_event(facts, gone, at), at)
        assert against(judged) == (["consent-missing"] if scope == "treatment" else [])


def test_monitoring_goes_on_and_no_visit_is_planned():
    facts = waiting_for("complete-monitoring")
    after = _take_back(facts, "follow-up")
    assert after.step == facts.step
    after = stepped(after)
    (event,) = decide(PlanFollowUp(occurred_at=LATE), after, LATE, ENGINE)
    assert isinstance(event, FollowUpEnded)


def test_nothing_further_is_reported_to_the_registry_once_data_consent_is_taken_back():
    after = _take_back(waiting_for("record-follow-up"), "data")
    assert ("tell-registry", Role.COORDINATOR) in _kinds(after)
    move = next_command(after)
    assert isinstance(move.command, RecordFollowUp)
    assert _code(after, move.command, move.actor) == "data-consent-withdrawn"
    kept = move.command.model_copy(update={"registry_reported": False})
    assert decide(kept, after, LATE, move.actor)


def test_what_was_not_agreed_to_cannot_be_taken_back():
    early = waiting_for("record-consent")
    command = WithdrawConsent(occurred_at=LATE, scopes=("treatment",))
    assert _code(early, command, NURSE) == "consent-not-given"
    renew = RenewConsent(occurred_at=LATE, scopes=("treatment",), form_version="v4")
    assert _code(waiting_for("record-collection"), renew, PHYSICIAN) == "consent-not-withdrawn"


def test_after_the_end_it_is_recorded_and_changes_nothing_else():
    ended = whole("kymriah")[-1]
    after = _take_back(ended, "data")
    assert isinstance(after.history[-1].event, ConsentWithdrawn)
    assert (after.ended, after.ended_at) == (ended.ended, ended.ended_at)


def test_the_cells_are_with_the_manufacturer_while_they_are_made():
    facts = waiting_for("complete-manufacture")
    assert facts.last(ManufactureStarted)
    assert left_over(facts).keeper == "manufacturer"
