"""Stories that leave the happy road, told by real commands; each says how its journey ends."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine

from atmpflow.commands.administration import CheckIdentity
from atmpflow.commands.admission import ConfirmEligibility, RecordPanelDecision, RecordScreening
from atmpflow.commands.after import GradeToxicity, LiftHold, PlaceHold, Withdraw
from atmpflow.commands.collection import RecordCellCount
from atmpflow.commands.consent import RenewConsent, WithdrawConsent
from atmpflow.commands.contact import DeclareLost, RecordContactAttempt, RecordFound
from atmpflow.commands.damage import GiveUpProduct, ReportDamage
from atmpflow.commands.duties import FulfilDuty
from atmpflow.commands.exception import RecordRiskEvaluation, RequestOosProduct
from atmpflow.commands.harm import FollowUpAdverseEvent, ReportAdverseEvent, TakeSafetyMeasure
from atmpflow.commands.identity import RelabelUnit
from atmpflow.commands.manufacture import RecordQualityResults, RejectBatch
from atmpflow.commands.patient import RecordDeath, RecordDeterioration
from atmpflow.commands.remaking import (
    GiveUpManufacture,
    OrderRemake,
    ReportManufactureFailure,
)
from atmpflow.commands.shipment import DecideDeviation
from atmpflow.duties import open_duties
from atmpflow.events.administration import DoseAdministered
from atmpflow.events.admission import Scope, ScreeningRecorded
from atmpflow.events.contact import Way
from atmpflow.events.manufacture import BatchOpened, Lot, TestResult
from atmpflow.journey import Facts
from atmpflow.message import Command
from atmpflow.people import Role
from atmpflow.rules.supply import usable
from atmpflow.waits import next_visit
from desk.simulation.logger import export
from desk.simulation.people import actor
from desk.simulation.step import present
from desk.simulation.values import good_result
from models.recalling import TakenBack, close_recall, open_recall
from tasks import clock
from tasks.logger import record_log
from tasks.recall import spread
from tests.factories import (
    LATE,
    ask,
    engine_steps,
    journey_at,
    move_of,
    opened,
    refused,
    stocked,
    waits_for,
    walk,
)

NEVER: Callable[[Facts], bool] = lambda facts: False  # noqa: E731 - a name for it
MINUTE = timedelta(minutes=1)


def after(facts: Facts, minutes: int = 1) -> datetime:
    assert facts.since is not None
    return facts.since + minutes * MINUTE


def asked(app: Engine, facts: Facts, command: Command, role: Role, *, person: int = 1) -> Facts:
    ask(app, facts, command, actor(role, person), now=LATE if command.occurred_at == LATE else None)
    return present(app, facts.journey)


def hold_and_lift(app: Engine, facts: Facts) -> Facts:
    if facts.hold is None:
        hold = PlaceHold(occurred_at=after(facts), reason="DEV-1")
        facts = asked(app, facts, hold, Role.COMPLIANCE)
    for role in (Role.PHYSICIAN, Role.PHARMACIST):
        at = max(after(facts), facts.history[-1].occurred_at)  # another journey's may come later
        facts = asked(app, facts, LiftHold(occurred_at=at, reason="CAPA-1"), role)
    assert facts.hold is None
    return facts


def short_collection(app: Engine) -> Facts:
    facts = journey_at(app, "record-cell-count")
    count = RecordCellCount(occurred_at=after(facts), count=0, viability_pct=1)
    facts = asked(app, facts, count, Role.LABORATORY)
    engine_steps(app, facts)
    return walk(app, facts.journey, NEVER)


def excursion_accepted(app: Engine) -> Facts:
    facts = journey_at(app, "record-temperature-log", "holoclar")
    facts = _warm_leg(app, facts)
    decide = DecideDeviation(occurred_at=after(facts), decision="accept", justification="STAB-1")
    facts = asked(app, facts, decide, Role.QP)
    return walk(app, facts.journey, NEVER)


def excursion_rejected(app: Engine) -> Facts:
    facts = walk(app, journey_at(app, "certify-batch").journey, waits_for("record-temperature-log"))
    facts = _warm_leg(app, facts)
    decide = DecideDeviation(occurred_at=after(facts), decision="reject", justification="DEV-1")
    return asked(app, facts, decide, Role.QP)


def _warm_leg(app: Engine, facts: Facts) -> Facts:
    cold = export(facts)
    lines = cold.content.decode().splitlines()
    lines[10] = lines[10].partition(",")[0] + ",40.0"
    warm = replace(cold, content="\n".join(lines).encode())
    assert facts.step is not None
    record_log(app, facts.journey, warm, actor(facts.step.owner), at=after(facts, 30))
    engine_steps(app, present(app, facts.journey))
    return present(app, facts.journey)


def out_of_specification_then_right(app: Engine) -> Facts:
    facts = _out_of_specification(app)
    results = tuple(good_result(test) for test in facts.product.release_tests)
    again = RecordQualityResults(occurred_at=after(facts), batch=_batch(facts), results=results)
    facts = asked(app, facts, again, Role.QUALITY_CONTROL)
    engine_steps(app, facts)
    return present(app, facts.journey)


def out_of_specification_rejected(app: Engine) -> Facts:
    facts = _out_of_specification(app)
    reject = RejectBatch(occurred_at=after(facts), batch=_batch(facts), reason="OOS-1")
    return asked(app, facts, reject, Role.QP)


def _batch(facts: Facts) -> str:
    opened = facts.last(BatchOpened)
    assert opened is not None
    return opened.batch


def _out_of_specification(app: Engine) -> Facts:
    facts = journey_at(app, "record-quality-results")
    wrong = (TestResult(test="viability", value=1.0),)
    results = RecordQualityResults(occurred_at=after(facts), batch=_batch(facts), results=wrong)
    facts = asked(app, facts, results, Role.QUALITY_CONTROL)
    engine_steps(app, facts)
    return present(app, facts.journey)


def rejected_and_given_up(app: Engine) -> Facts:
    facts = out_of_specification_rejected(app)
    over = GiveUpManufacture(occurred_at=after(facts), reason="MDT-1")
    return asked(app, facts, over, Role.PHYSICIAN)


def _remake(app: Engine, facts: Facts) -> Facts:
    at = max(after(facts), facts.history[-1].occurred_at)
    expires = at + timedelta(days=300)
    remake = OrderRemake(occurred_at=at, confirmation="M-1", material_expires_at=expires)
    return walk(app, asked(app, facts, remake, Role.PHYSICIAN).journey, NEVER)


def rejected_and_remade(app: Engine) -> Facts:
    return _remake(app, out_of_specification_rejected(app))


def failed_and_remade(app: Engine) -> Facts:
    facts = journey_at(app, "complete-manufacture")
    failure = ReportManufactureFailure(
        occurred_at=after(facts),
        batch=_batch(facts),
        reason="power",
        report="D",
        material_left=True,
    )
    return _remake(app, asked(app, facts, failure, Role.MANUFACTURER))


def out_of_specification_given(app: Engine) -> Facts:
    facts = _out_of_specification(app)
    evaluated = RecordRiskEvaluation(occurred_at=after(facts), document="RE-1")
    facts = asked(app, facts, evaluated, Role.MANUFACTURER)
    request = RequestOosProduct(
        occurred_at=after(facts), document="RQ-1", no_alternative=True, immediate_hazard=True
    )
    return walk(app, asked(app, facts, request, Role.PHYSICIAN).journey, NEVER)


def _broken(app: Engine, facts: Facts) -> Facts:
    broke = ReportDamage(
        occurred_at=after(facts),
        scanned_unit=usable(facts)[0],
        scanned_coi=facts.coi,
        reason="bag-broke",
        report="DEV-1",
    )
    return asked(app, facts, broke, Role.PHARMACIST)


def bag_broken_and_remade(app: Engine) -> Facts:
    return _remake(app, _broken(app, journey_at(app, "thaw-product")))


def bag_broken_and_given_up(app: Engine) -> Facts:
    facts = _broken(app, journey_at(app, "prepare-dose", "hemgenix"))
    over = GiveUpProduct(occurred_at=after(facts), reason="MDT-1")
    return asked(app, facts, over, Role.PHYSICIAN)


def second_bag_broken(app: Engine) -> Facts:
    first = walk(app, opened(app, "aucatzyl"), lambda facts: bool(facts.last(DoseAdministered)))
    facts = _broken(app, walk(app, first.journey, waits_for("thaw-product")))
    over = GiveUpProduct(occurred_at=after(facts), reason="MDT-1")
    return walk(app, asked(app, facts, over, Role.PHYSICIAN).journey, NEVER)


def mismatch_held_and_lifted(app: Engine) -> Facts:
    stocked(app)
    facts = journey_at(app, "check-identity", "ebvallo")
    right = move_of(facts).command
    assert isinstance(right, CheckIdentity)
    wrong = right.model_copy(update={"scanned_unit": "SOMEBODY-ELSES"})
    facts = hold_and_lift(app, asked(app, facts, wrong, Role.CHECKER))
    return walk(app, facts.journey, NEVER)


def mismatch_at_the_bedside(app: Engine) -> Facts:
    facts = walk(app, journey_at(app, "thaw-product").journey, waits_for("check-identity"))
    first = move_of(facts)
    facts = asked(app, facts, first.command, Role.CHECKER)
    wrong = first.command.model_copy(update={"scanned_patient": "SOMEBODY-ELSE"})
    facts = hold_and_lift(app, asked(app, facts, wrong, Role.CHECKER, person=2))
    return walk(app, facts.journey, NEVER)


def not_eligible(app: Engine) -> Facts:
    facts = journey_at(app, "confirm-eligibility")
    decline = ConfirmEligibility(occurred_at=after(facts), decision="not-eligible")
    return asked(app, facts, decline, Role.PHYSICIAN)


def screened_twice(app: Engine) -> Facts:
    facts = journey_at(app, "confirm-eligibility", "luxturna")
    first = facts.last(ScreeningRecorded)
    assert first is not None
    again = RecordScreening(occurred_at=after(facts), **first.model_dump())
    facts = asked(app, facts, again, Role.COORDINATOR)
    return walk(app, facts.journey, NEVER)


def not_approved(app: Engine) -> Facts:
    facts = journey_at(app, "record-panel-decision")
    decline = RecordPanelDecision(
        occurred_at=after(facts), decision="declined", funding_reference="NONE"
    )
    return asked(app, facts, decline, Role.PANEL)


def held_at_the_bedside(app: Engine) -> Facts:
    facts = hold_and_lift(app, journey_at(app, "administer-dose", "hemgenix"))
    return walk(app, facts.journey, NEVER)


def graded(app: Engine) -> Facts:
    facts = journey_at(app, "complete-monitoring")
    facts = asked(app, facts, GradeToxicity(occurred_at=after(facts), fever_c=39), Role.PHYSICIAN)
    facts = walk(app, facts.journey, waits_for("record-follow-up"))
    return asked(app, facts, GradeToxicity(occurred_at=after(facts)), Role.PHYSICIAN)


def died(app: Engine) -> Facts:
    facts = journey_at(app, "record-follow-up", "libmeldy")
    visit = move_of(facts).command.model_copy(update={"alive": False})
    return asked(app, facts, visit, Role.PHYSICIAN)


def withdrawn(app: Engine) -> Facts:
    return ended_by_withdrawal(app, journey_at(app, "start-conditioning"))


def ended_by_withdrawal(app: Engine, facts: Facts) -> Facts:
    command = Withdraw(occurred_at=after(facts), reason="clinical")
    return asked(app, facts, command, Role.PHYSICIAN)


def bags_swapped(app: Engine) -> Facts:
    mine, theirs = journey_at(app, "start-manufacture"), journey_at(app, "start-manufacture")
    wrong = move_of(theirs).command.model_copy(update={"occurred_at": mine.since})
    facts = asked(app, mine, wrong, Role.MANUFACTURER)
    engine_steps(app, facts)
    hold_and_lift(app, present(app, theirs.journey))
    return walk(app, hold_and_lift(app, facts).journey, NEVER)


def label_replaced(app: Engine) -> Facts:
    facts = journey_at(app, "check-identity", "hemgenix")
    unit = move_of(facts).command.model_dump()["scanned_unit"]
    for person in (1, 2):
        relabel = RelabelUnit(
            occurred_at=after(facts),
            unit=unit,
            scanned_coi=facts.coi,
            label=f"L-{facts.coi}",
            old_label="unreadable",
            reason="damaged",
        )
        facts = asked(app, facts, relabel, Role.PHARMACIST, person=person)
    return walk(app, facts.journey, NEVER)


def refused_and_repeated(app: Engine) -> Facts:
    facts = journey_at(app, "record-consent")
    move = move_of(facts)
    refused(app, facts, move.command, actor(Role.COURIER))
    for _ in range(3):
        ask(app, facts, move.command, move.actor, key=f"again:{facts.journey}", now=clock.wall())
    return present(app, facts.journey)


def taken_back(app: Engine, facts: Facts, *scopes: Scope) -> Facts:
    command = WithdrawConsent(occurred_at=after(facts), scopes=scopes)
    return asked(app, facts, command, Role.NURSE)


def _destroyed(app: Engine, facts: Facts) -> Facts:
    for duty in open_duties(facts):
        done = FulfilDuty(occurred_at=after(facts, 5), duty=duty.name, reference="C-1")
        facts = asked(app, facts, done, duty.owner)
    return facts


def consent_taken_back_in_manufacture(app: Engine) -> Facts:
    facts = taken_back(app, journey_at(app, "complete-manufacture"), "treatment", "data")
    return _destroyed(app, facts)


def consent_taken_back_with_the_product_on_site(app: Engine) -> Facts:
    facts = taken_back(app, journey_at(app, "start-conditioning"), "treatment")
    return _destroyed(app, facts)


def consent_taken_back_between_two_doses(app: Engine) -> Facts:
    first = walk(app, opened(app, "aucatzyl"), lambda facts: bool(facts.last(DoseAdministered)))
    facts = walk(app, first.journey, waits_for("prescribe-dose"))
    return walk(app, taken_back(app, facts, "treatment").journey, NEVER)


def consent_renewed(app: Engine) -> Facts:
    facts = taken_back(app, journey_at(app, "start-manufacture"), "follow-up")
    renew = RenewConsent(occurred_at=after(facts), scopes=("follow-up",), form_version="v4")
    facts = hold_and_lift(app, asked(app, facts, renew, Role.PHYSICIAN))
    return walk(app, facts.journey, NEVER)


def follow_up_taken_back(app: Engine) -> Facts:
    return taken_back(app, journey_at(app, "record-follow-up", "zolgensma"), "follow-up")


def follow_up_taken_back_early(app: Engine) -> Facts:
    facts = taken_back(app, journey_at(app, "complete-monitoring", "zolgensma"), "follow-up")
    return walk(app, facts.journey, NEVER)


def died_while_it_was_made(app: Engine) -> Facts:
    facts = journey_at(app, "certify-batch")
    facts = asked(app, facts, RecordDeath(occurred_at=after(facts), cause="disease"), Role.NURSE)
    return _destroyed(app, facts)


def died_after_the_end(app: Engine) -> Facts:
    facts = withdrawn(app)
    known = RecordDeath(occurred_at=LATE, told_by="registry")
    return asked(app, facts, known, Role.COORDINATOR)


def worse_and_fit_again(app: Engine) -> Facts:
    facts = journey_at(app, "start-conditioning")
    worse = RecordDeterioration(occurred_at=after(facts), ecog=3, reason="infection")
    facts = hold_and_lift(app, asked(app, facts, worse, Role.PHYSICIAN))
    return walk(app, facts.journey, NEVER)


def vector_recalled(app: Engine) -> Facts:
    facts = journey_at(app, "start-manufacture")
    start = move_of(facts)
    lots = (Lot(kind="vector", lot=f"LV-{facts.coi}"),)
    facts = asked(app, facts, start.command.model_copy(update={"lots": lots}), Role.MANUFACTURER)
    taken = TakenBack("vector", f"LV-{facts.coi}", 4, "DMRC-1", after(facts))
    recall = open_recall(app, taken, actor(Role.QP), LATE)
    spread(app)
    facts = _destroyed(app, present(app, facts.journey))
    close_recall(app, recall, "CLOSE-1", actor=actor(Role.QP), now=LATE)
    return walk(app, hold_and_lift(app, facts).journey, NEVER)


def harmed_before_the_dose(app: Engine) -> Facts:
    facts = journey_at(app, "start-conditioning")
    at = after(facts)
    case: dict[str, Any] = {
        "case": "AE-1", "term": "10052015", "expected": False, "related": True, "onset_at": at,
    }  # fmt: skip
    report = ReportAdverseEvent(occurred_at=at, aware_at=at, severity="serious", **case)
    facts = asked(app, facts, report, Role.PHARMACOVIGILANCE)
    worse = FollowUpAdverseEvent(occurred_at=at, aware_at=at, severity="life-threatening", **case)
    facts = asked(app, facts, worse, Role.NURSE)
    measure = TakeSafetyMeasure(occurred_at=at, case="AE-1", reference="USM-1")
    facts = asked(app, facts, measure, Role.PHYSICIAN)
    return walk(app, hold_and_lift(app, facts).journey, NEVER)


def lost_and_found(app: Engine) -> Facts:
    facts = _lost(app)
    found = RecordFound(occurred_at=LATE, told_by="gp")
    facts = _late(app, facts, found, Role.NURSE)
    visit = move_of(facts).command
    missed = {"alive": None, "disease": "not-assessed", "registry_reported": False}
    return _late(app, facts, visit.model_copy(update=missed), Role.PHYSICIAN)


def lost_and_dead(app: Engine) -> Facts:
    death = RecordDeath(occurred_at=LATE, told_by="registry")
    return _late(app, _lost(app), death, Role.COORDINATOR)


def _lost(app: Engine) -> Facts:
    facts = journey_at(app, "record-follow-up", "zolgensma")
    visit = next_visit(facts)
    assert visit is not None
    missed = max(visit.due_at, after(facts))
    ways: tuple[Way, ...] = ("telephone", "letter", "gp", "registry")
    for number, way in enumerate(ways):
        at = missed + timedelta(days=10 * number)
        attempt = RecordContactAttempt(occurred_at=at, way=way, outcome="no-answer")
        facts = _late(app, facts, attempt, Role.COORDINATOR)
    declare = DeclareLost(occurred_at=missed + timedelta(days=30))
    return _late(app, facts, declare, Role.PHYSICIAN)


def _late(app: Engine, facts: Facts, command: Command, role: Role) -> Facts:
    """Recorded when it is all over, however long it took."""
    ask(app, facts, command, actor(role), now=LATE)
    return present(app, facts.journey)


STORIES: dict[Callable[[Engine], Facts], str | None] = {
    short_collection: "completed",
    excursion_accepted: "completed",
    excursion_rejected: None,
    out_of_specification_then_right: None,
    out_of_specification_rejected: None,
    rejected_and_given_up: "manufacture-failed",
    rejected_and_remade: "completed",
    failed_and_remade: "completed",
    out_of_specification_given: "completed",
    bag_broken_and_remade: "completed",
    bag_broken_and_given_up: "product-lost",
    second_bag_broken: "completed",
    mismatch_held_and_lifted: "completed",
    mismatch_at_the_bedside: "completed",
    not_eligible: "not-eligible",
    screened_twice: "completed",
    not_approved: "not-approved",
    held_at_the_bedside: "completed",
    graded: None,
    died: "died",
    withdrawn: "withdrawn",
    bags_swapped: "completed",
    label_replaced: "completed",
    consent_taken_back_in_manufacture: "withdrawn",
    consent_taken_back_with_the_product_on_site: "withdrawn",
    consent_taken_back_between_two_doses: "completed",
    consent_renewed: "completed",
    died_while_it_was_made: "died",
    died_after_the_end: "withdrawn",
    worse_and_fit_again: "completed",
    vector_recalled: "completed",
    harmed_before_the_dose: "completed",
    lost_and_found: None,
    lost_and_dead: "died",
    follow_up_taken_back: "follow-up-withdrawn",
    follow_up_taken_back_early: "follow-up-withdrawn",
    refused_and_repeated: None,
}
"""Every story with the end that its journey comes to; none: it is still open."""
