"""What comes out of turn, too late, too early or from the future is refused and changes nothing."""

from datetime import datetime, timedelta

import pytest

from atmpflow.commands import COMMANDS
from atmpflow.commands.admission import Refer
from atmpflow.commands.after import FireTimer, GradeToxicity, LiftHold, PlaceHold, Withdraw
from atmpflow.commands.consent import RenewConsent, WithdrawConsent
from atmpflow.commands.contact import DeclareLost, RecordContactAttempt, RecordFound
from atmpflow.commands.damage import GiveUpProduct, ReportDamage
from atmpflow.commands.duties import FulfilDuty
from atmpflow.commands.exception import RecordRiskEvaluation, RequestOosProduct
from atmpflow.commands.harm import FollowUpAdverseEvent, ReportAdverseEvent, TakeSafetyMeasure
from atmpflow.commands.identity import ImplicateJourney, RelabelUnit
from atmpflow.commands.manufacture import RejectBatch
from atmpflow.commands.patient import AssessFitness, RecordDeath, RecordDeterioration
from atmpflow.commands.recall import NotifyRecall
from atmpflow.commands.recovery import (
    ChangeCourier,
    FailCollection,
    GiveUpSupply,
    OrderRecollection,
    OrderReplacement,
    PredictBandExit,
    Reschedule,
)
from atmpflow.commands.remaking import (
    GiveUpManufacture,
    OrderRemake,
    ReportManufactureFailure,
)
from atmpflow.commands.shipment import DecideDeviation
from atmpflow.course import AFTER_THE_END, AT_ANY_TIME, WHILE_HELD
from atmpflow.decide import SKEW, decide
from atmpflow.errors import Refused
from atmpflow.events.admission import Slot
from atmpflow.events.after import HoldPlaced
from atmpflow.journey import Facts, stage_named
from atmpflow.message import Command
from atmpflow.people import Actor, Role
from tests.memory import LATE, next_command, waiting_for, whole, with_event

FOUR = ("aucatzyl", "ebvallo", "zolgensma", "holoclar")
WAITS = [facts for product in FOUR for facts in whole(product) if facts.step is not None]
ORDERED = sorted(name for name, kind in COMMANDS.items() if kind not in AT_ANY_TIME | {Refer})


# Every command as it is in some journey, and those that only come when something goes wrong.
EXAMPLES: dict[str, Command] = {
    facts.step.command.name: next_command(facts).command
    for facts in WAITS
    if facts.step is not None
} | {
    command.name: command
    for command in (
        DecideDeviation(occurred_at=LATE, decision="accept", justification="DEV-1"),
        RejectBatch(occurred_at=LATE, batch="B", reason="OOS-1"),
        GradeToxicity(occurred_at=LATE),
        FireTimer(occurred_at=LATE, kind="material-expires", due_at=LATE),
        PredictBandExit(
            occurred_at=LATE, leaves_at=LATE, latest_at=LATE, latest_c=-151, celsius_per_h=1
        ),
        PlaceHold(occurred_at=LATE, reason="DEV-1"),
        LiftHold(occurred_at=LATE, reason="CAPA-1"),
        Withdraw(occurred_at=LATE, reason="clinical"),
        ImplicateJourney(occurred_at=LATE, scanned_in=WAITS[0].journey, seq=9, read=("coi",)),
        RelabelUnit(
            occurred_at=LATE,
            unit="G151721000001",
            scanned_coi=WAITS[0].coi,
            label="L-2",
            old_label="unreadable",
            reason="unreadable",
        ),
        WithdrawConsent(occurred_at=LATE, scopes=("treatment",)),
        RenewConsent(occurred_at=LATE, scopes=("treatment",), form_version="v4"),
        AssessFitness(occurred_at=LATE, fit=True, ecog=1, infection=False, organ_function=True),
        RecordDeterioration(occurred_at=LATE, ecog=3, reason="progression"),
        RecordDeath(occurred_at=LATE, cause="disease"),
        NotifyRecall(
            occurred_at=LATE,
            recall=WAITS[0].journey,
            kind="vector",
            lot="LV-1",
            recall_class=2,
            reference="DMRC-1",
        ),
        *(
            kind(
                occurred_at=LATE,
                case="AE-1",
                term="10052015",
                severity="serious",
                expected=True,
                related=True,
                onset_at=LATE,
                aware_at=LATE,
            )
            for kind in (ReportAdverseEvent, FollowUpAdverseEvent)
        ),
        TakeSafetyMeasure(occurred_at=LATE, case="AE-1", reference="USM-1"),
        RecordContactAttempt(occurred_at=LATE, way="telephone", outcome="no-answer"),
        DeclareLost(occurred_at=LATE),
        RecordFound(occurred_at=LATE, told_by="gp"),
        FailCollection(occurred_at=LATE, reason="unwell"),
        OrderRecollection(occurred_at=LATE, reason="expired"),
        OrderReplacement(occurred_at=LATE, reason="excursion"),
        GiveUpSupply(occurred_at=LATE, reason="expired"),
        ChangeCourier(occurred_at=LATE, courier="B", reference="B-1", reason="late"),
        Reschedule(
            occurred_at=LATE,
            reason="missed",
            slots=(Slot(kind="bed", resource="bed 1", starts_at=LATE, ends_at=LATE),),
        ),
        ReportManufactureFailure(
            occurred_at=LATE, batch="B", reason="no-growth", report="DEV-2", material_left=True
        ),
        OrderRemake(occurred_at=LATE, confirmation="MAIL-1", material_expires_at=LATE),
        GiveUpManufacture(occurred_at=LATE, reason="MDT-1"),
        RecordRiskEvaluation(occurred_at=LATE, document="RE-1"),
        RequestOosProduct(
            occurred_at=LATE, document="RQ-1", no_alternative=True, immediate_hazard=True
        ),
        ReportDamage(
            occurred_at=LATE,
            scanned_unit="U-1",
            scanned_coi=WAITS[0].coi,
            reason="spill",
            report="DEV-3",
        ),
        GiveUpProduct(occurred_at=LATE, reason="MDT-2"),
        FulfilDuty(occurred_at=LATE, duty="inform-coordinator:1", reference="read"),
    )
}


def _at(command: Command, moment: datetime | None) -> Command:
    return command.model_copy(update={"occurred_at": moment})


def _actor(kind: type[Command]) -> Actor:
    """Somebody who may ask it, and has done nothing on the journey yet."""
    return Actor("somebody-new", min(kind.roles))


def _refused(command: Command, facts: Facts, who: Actor, *, now: datetime = LATE) -> Refused:
    with pytest.raises(Refused) as refused:
        decide(command, facts, now, who)
    return refused.value


def test_there_is_an_example_of_every_command():
    assert set(EXAMPLES) == set(COMMANDS) - {"refer"}


@pytest.mark.parametrize("name", ORDERED)
def test_a_command_out_of_order_is_refused_in_every_stage(name: str):
    kind = COMMANDS[name]
    tried = 0
    for facts in WAITS:
        assert facts.step is not None
        stage = stage_named(facts.stages, facts.stage)
        if kind in (facts.step.command, *facts.step.also, *stage.also):
            continue
        refused = _refused(_at(EXAMPLES[name], facts.since), facts, _actor(kind))
        assert refused.code == "out-of-order"
        assert facts.step.command.name in refused.message
        assert facts.step.command.name in refused.remedy
        tried += 1
    assert tried > len(WAITS) / 3


@pytest.mark.parametrize("command", sorted({f.step.command.name for f in WAITS if f.step}))
def test_the_command_that_is_due_is_refused_before_its_predecessor_and_in_the_future(command: str):
    facts = next(one for one in WAITS if one.step and one.step.command.name == command)
    move, since = next_command(facts), facts.since
    assert since is not None
    early = move.command.model_copy(update={"occurred_at": since - timedelta(microseconds=1)})
    refused = _refused(early, facts, move.actor)
    assert (refused.code, refused.field) == ("date-before-previous", "occurred_at")
    now = move.command.occurred_at - SKEW
    assert decide(move.command, facts, now, move.actor)
    refused = _refused(move.command, facts, move.actor, now=now - timedelta(microseconds=1))
    assert (refused.code, refused.field) == ("date-in-future", "occurred_at")


@pytest.mark.parametrize("command", sorted({f.step.command.name for f in WAITS if f.step}))
def test_the_command_that_is_due_is_refused_while_the_journey_is_held(command: str):
    facts = next(one for one in WAITS if one.step and one.step.command.name == command)
    move, since = next_command(facts), facts.since
    assert since is not None
    held = with_event(facts, HoldPlaced(reason="DEV-1"), since)
    assert _refused(move.command, held, move.actor).code == "journey-held"
    assert (held.stage, held.position) == (facts.stage, facts.position)


@pytest.mark.parametrize(
    "name", sorted(name for name in EXAMPLES if COMMANDS[name] not in AFTER_THE_END)
)
def test_an_ended_journey_refuses_everything_but_its_duties(name: str):
    facts = whole("kymriah")[-1]
    command = _at(EXAMPLES[name], facts.history[-1].occurred_at)
    assert _refused(command, facts, _actor(COMMANDS[name])).code == "journey-ended"


def test_withdrawing_and_holding_are_right_in_every_stage():
    for facts in WAITS:
        for name in ("withdraw", "place-hold"):
            command = _at(EXAMPLES[name], facts.since)
            assert decide(command, facts, LATE, _actor(COMMANDS[name]))
    assert {Withdraw, PlaceHold} <= WHILE_HELD


def test_a_withdrawn_journey_is_over():
    facts = waiting_for("record-consent")
    command = _at(EXAMPLES["withdraw"], facts.since)
    (event,) = decide(command, facts, LATE, Actor("a", Role.COORDINATOR))
    assert facts.since is not None
    over = with_event(facts, event, facts.since)
    assert (over.ended, over.step) == ("withdrawn", None)
