"""A supply that went wrong begins anew, a limited number of times, or is given up: never stuck."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atmpflow.commands.consent import WithdrawConsent
from atmpflow.commands.recovery import (
    ChangeCourier,
    FailCollection,
    GiveUpSupply,
    OrderRecollection,
    OrderReplacement,
)
from atmpflow.commands.shipment import DecideDeviation
from atmpflow.decide import decide
from atmpflow.errors import Refused
from atmpflow.events.administration import DoseAdministered
from atmpflow.events.collection import CollectionCompleted
from atmpflow.events.recovery import HoldTimeNear, RecollectionOrdered
from atmpflow.journey import Facts
from atmpflow.message import Command
from atmpflow.people import Actor, Role
from atmpflow.rules.attempts import MOST_COLLECTIONS, MOST_SUPPLIES
from atmpflow.rules.transit import courier, hold_time
from atmpflow.waits import timers, waits_for
from tests.memory import LATE, asked, next_command, stepped, waiting_for, whole

COORDINATOR = Actor("a-coordinator", Role.COORDINATOR)
PHYSICIAN = Actor("a-physician", Role.PHYSICIAN)
UNDER_WAY = [
    facts
    for product in ("kymriah", "holoclar")
    for facts in whole(product)
    if facts.stage in ("dispatch", "manufacture", "delivery") and not facts.ended
]


def _refused(facts: Facts, command: Command, who: Actor = COORDINATOR) -> str:
    with pytest.raises(Refused) as refused:
        decide(command, facts, LATE, who)
    return refused.value.code


def _again(facts: Facts) -> Facts:
    assert facts.since is not None
    return asked(facts, OrderRecollection(occurred_at=facts.since, reason="expired"), COORDINATOR)


def _until(facts: Facts, command: str) -> Facts:
    while facts.step and facts.step.command.name != command:
        facts = stepped(facts)
    return facts


@given(st.sampled_from(UNDER_WAY))
def test_recollection_writes_everything_off_and_begins_at_the_slots(facts: Facts):
    again = _again(facts)
    ordered = again.last(RecollectionOrdered)
    assert ordered is not None
    collected = facts.last(CollectionCompleted)
    assert collected is None or collected.unit in ordered.units
    assert again.stage == "scheduling"
    assert again.last(CollectionCompleted) is None
    wait = waits_for(again)
    assert wait is not None
    assert (wait.command, wait.since) == ("book-slots", facts.since)


def test_collected_again_the_journey_goes_to_its_end():
    facts = _again(waiting_for("start-manufacture"))
    while not facts.ended and facts.step:
        facts = stepped(facts)
    assert facts.ended == "completed"
    assert len(facts.ever(CollectionCompleted)) == 2


def test_supplies_begin_anew_no_more_often_than_the_limit():
    facts = waiting_for("start-manufacture")
    for _ in range(MOST_SUPPLIES):
        facts = _until(_again(facts), "book-courier")
    assert facts.since is not None
    assert _refused(facts, OrderRecollection(occurred_at=facts.since, reason="expired")) == (
        "attempts-used"
    )
    ended = asked(facts, GiveUpSupply(occurred_at=facts.since, reason="expired"), PHYSICIAN)
    assert ended.ended == "supply-given-up"


def test_nothing_is_collected_again_after_a_failure_without_a_new_screening():
    facts = waiting_for("record-collection")
    assert facts.since is not None
    due = next_command(facts)
    failed = asked(facts, FailCollection(occurred_at=facts.since, reason="unwell"), due.actor)
    assert (failed.stage, failed.position) == (facts.stage, facts.position)
    assert _refused(failed, due.command, due.actor) == "collection-not-now"


def test_a_patient_is_attached_no_more_often_than_the_limit():
    facts = waiting_for("record-collection")
    assert facts.since is not None
    due = next_command(facts)
    for _ in range(MOST_COLLECTIONS):
        facts = asked(facts, FailCollection(occurred_at=facts.since, reason="access"), due.actor)
    with pytest.raises(Refused) as refused:
        decide(due.command, facts, LATE, due.actor)
    assert "attempts-used" in refused.value.message
    wait = waits_for(facts)
    assert wait is not None
    assert (wait.command, wait.owner) == ("give-up-supply", Role.PHYSICIAN)
    assert stepped(facts).ended == "supply-given-up"


def test_without_consent_to_collection_nothing_is_collected_again():
    facts = waiting_for("start-manufacture")
    assert facts.since is not None
    withdrawn = asked(
        facts, WithdrawConsent(occurred_at=facts.since, scopes=("collection",)), PHYSICIAN
    )
    if withdrawn.ended or withdrawn.hold:
        return
    command = OrderRecollection(occurred_at=facts.since, reason="expired")
    assert _refused(withdrawn, command) == "consent-withdrawn"


def test_own_cells_are_not_replaced_and_a_vector_is_not_collected():
    own, vector = waiting_for("start-manufacture"), waiting_for("accept-product", "hemgenix")
    assert own.since is not None
    assert vector.since is not None
    replace = OrderReplacement(occurred_at=own.since, reason="expired")
    assert _refused(own, replace) == "made-from-patient"
    collect = OrderRecollection(occurred_at=vector.since, reason="expired")
    assert _refused(vector, collect) == "not-collected"


def test_after_a_dose_nothing_begins_anew():
    facts = next(
        one
        for one in whole("ebvallo")
        if one.ever(DoseAdministered) and one.stage == "administration"
    )
    assert facts.since is not None
    command = OrderReplacement(occurred_at=facts.since, reason="damaged")
    assert _refused(facts, command) == "dose-given"


@pytest.mark.parametrize("product", ["kymriah", "hemgenix", "ebvallo", "holoclar"])
def test_a_rejected_shipment_waits_for_a_decision_with_owner_and_deadline(product: str):
    facts = waiting_for("record-temperature-log", product)
    while facts.step and facts.step.command.name != "decide-deviation":
        move = next_command(facts)
        command = move.command
        if command.name == "assess-shipment":
            command = command.model_copy(update={"readings": 0})
        facts = asked(facts, command, move.actor)
    assert facts.since is not None
    reject = DecideDeviation(occurred_at=facts.since, decision="reject", justification="DEV-1")
    lost = asked(facts, reject, Actor("a-qp", Role.QP))
    wait = waits_for(lost)
    assert lost.ended is None
    assert wait is not None
    again = "order-recollection" if product in ("kymriah", "holoclar") else "order-replacement"
    assert (wait.command, wait.owner) == (again, Role.COORDINATOR)
    assert wait.until > wait.since
    over = asked(lost, GiveUpSupply(occurred_at=lost.since, reason="excursion"), PHYSICIAN)
    assert over.ended == "supply-given-up"


def test_another_courier_carries_the_shipment_from_then_on():
    facts = waiting_for("deliver-shipment")
    assert facts.since is not None
    command = ChangeCourier(occurred_at=facts.since, courier="B", reference="B-1", reason="late")
    changed = asked(facts, command, COORDINATOR)
    assert (courier(facts), courier(changed)) == ("courier", "B")
    assert (changed.stage, changed.position) == (facts.stage, facts.position)


def test_somebody_is_told_before_the_hold_time_ends_and_only_while_it_runs():
    packed, received = waiting_for("collect-shipment"), waiting_for("record-temperature-log")
    holds = hold_time(packed)
    assert holds is not None
    assert timedelta(0) < holds.ends_at - holds.warns_at <= timedelta(days=1)
    kinds = {timer.kind.partition(":")[0]: timer.due_at for timer in timers(packed)}
    assert kinds["hold-time-near"] == holds.warns_at
    assert hold_time(received) is None
    assert "hold-time-near" not in {timer.kind.partition(":")[0] for timer in timers(received)}
    assert not received.all(HoldTimeNear)
