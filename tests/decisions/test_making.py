"""A batch that fails, is out of specification, or breaks: decided by name, never given unawares."""

from datetime import datetime, timedelta
from itertools import product as every

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atmpflow.commands import COMMANDS
from atmpflow.commands.administration import CheckIdentity
from atmpflow.commands.admission import Refer
from atmpflow.commands.damage import GiveUpProduct, ReportDamage
from atmpflow.commands.exception import RecordRiskEvaluation, RequestOosProduct
from atmpflow.commands.manufacture import (
    CertifyBatch,
    CompleteManufacture,
    RecordQualityResults,
    RejectBatch,
)
from atmpflow.commands.recovery import OrderReplacement
from atmpflow.commands.remaking import GiveUpManufacture, OrderRemake, ReportManufactureFailure
from atmpflow.commands.shipment import AcceptProduct
from atmpflow.course import AT_ANY_TIME
from atmpflow.decide import decide
from atmpflow.duties import duties, open_duties
from atmpflow.errors import Refused
from atmpflow.events.administration import (
    AdministrationIdentityConfirmed,
    DoseAdministered,
    IdentityMismatched,
    PreparationIdentityConfirmed,
    ProductThawed,
)
from atmpflow.events.damage import DoseLost, ProductDamaged
from atmpflow.events.manufacture import BatchCertified, BatchOpened, TestResult
from atmpflow.events.shipment import ProductAccepted
from atmpflow.journey import Facts, stage_named
from atmpflow.message import Command
from atmpflow.people import Actor, Role
from atmpflow.rules.administration import judge_gate, judge_window
from atmpflow.rules.exception import judge_signed
from atmpflow.rules.remaking import MOST_BATCHES, batches
from atmpflow.rules.supply import usable
from atmpflow.waits import timers, waits_for
from desk.simulation.people import actor
from tests.decisions.test_order import EXAMPLES
from tests.memory import LATE, asked, next_command, stepped, waiting_for

MINUTE = timedelta(minutes=1)
MADE_BY = actor(Role.MANUFACTURER)
PHYSICIAN, QP = actor(Role.PHYSICIAN), actor(Role.QP)


def _at(facts: Facts, minutes: int = 1) -> datetime:
    assert facts.since is not None
    return max(facts.since, facts.history[-1].occurred_at) + minutes * MINUTE


def _batch(facts: Facts) -> str:
    opened = facts.last(BatchOpened)
    assert opened is not None
    return opened.batch


def _failed(facts: Facts | None = None, *, left: bool = True) -> Facts:
    facts = facts or waiting_for("complete-manufacture")
    failure = ReportManufactureFailure(
        occurred_at=_at(facts), batch=_batch(facts), reason="power", report="D", material_left=left
    )
    return asked(facts, failure, MADE_BY)


def _remake(facts: Facts, days: int = 100) -> OrderRemake:
    expires = _at(facts) + timedelta(days=days)
    return OrderRemake(occurred_at=_at(facts), confirmation="M", material_expires_at=expires)


def _until(facts: Facts, command: str) -> Facts:
    for _ in range(60):
        if facts.step and facts.step.command.name == command:
            return facts
        facts = stepped(facts)
    raise AssertionError(f"never waits for {command}")


def _refused(facts: Facts, command: Command, who: Actor) -> Refused:
    with pytest.raises(Refused) as refused:
        decide(command, facts, LATE, who)
    return refused.value


def _wrong(facts: Facts | None = None) -> Facts:
    """Out of specification, and the Qualified Person must decide."""
    facts = facts or waiting_for("record-quality-results")
    results = (TestResult(test="viability", value=1.0),)
    command = RecordQualityResults(occurred_at=_at(facts), batch=_batch(facts), results=results)
    return stepped(asked(facts, command, actor(Role.QUALITY_CONTROL)))


def _evaluated(facts: Facts, who: Actor = MADE_BY) -> Facts:
    return asked(facts, RecordRiskEvaluation(occurred_at=_at(facts), document="RE-1"), who)


def _request(facts: Facts) -> RequestOosProduct:
    return RequestOosProduct(
        occurred_at=_at(facts), document="RQ-1", no_alternative=True, immediate_hazard=True
    )


def _asked_for(facts: Facts) -> Facts:
    return _until(asked(facts, _request(facts), PHYSICIAN), "certify-batch")


def _certify(facts: Facts, *, wrong: bool = True) -> CertifyBatch:
    return CertifyBatch(
        occurred_at=_at(facts),
        batch=_batch(facts),
        certificate="COA-1",
        audit_trail_reviewed=True,
        out_of_specification=wrong,
    )


def _damage(facts: Facts, unit: str | None = None) -> ReportDamage:
    return ReportDamage(
        occurred_at=_at(facts),
        scanned_unit=unit or usable(facts)[0],
        scanned_coi=facts.coi,
        reason="spill",
        report="DEV-1",
    )


def _broken(facts: Facts) -> Facts:
    return asked(facts, _damage(facts), actor(Role.PHARMACIST))


def _with_spare(product: str = "kymriah") -> Facts:
    facts = waiting_for("complete-manufacture", product)
    command = next_command(facts).command
    assert isinstance(command, CompleteManufacture)
    units = (*command.units, "SPARE-1")
    return asked(facts, command.model_copy(update={"units": units}), MADE_BY)


# A failed batch


def test_a_failed_batch_waits_for_a_named_decision_and_both_are_told_within_the_hour():
    failed = _failed()
    wait = waits_for(failed)
    assert wait is not None
    assert (wait.command, wait.owner) == ("order-remake", Role.PHYSICIAN)
    told = {duty.owner: duty.due_at - duty.since for duty in open_duties(failed)}
    assert told == {Role.PHYSICIAN: timedelta(hours=1), Role.COORDINATOR: timedelta(hours=1)}


def test_a_rejected_batch_waits_for_the_same_decision():
    wrong = _wrong()
    reject = RejectBatch(occurred_at=_at(wrong), batch=_batch(wrong), reason="OOS-1")
    rejected = asked(wrong, reject, QP)
    wait = waits_for(rejected)
    assert wait is not None
    assert (rejected.ended, rejected.stage, wait.command) == (None, "quality", "order-remake")
    certify = waiting_for("certify-batch")
    reject = RejectBatch(occurred_at=_at(certify), batch=_batch(certify), reason="OOS-1")
    late = asked(certify, reject, QP)
    assert late.step is not None
    assert (late.stage, late.step.command.name) == ("release", "order-remake")


def test_a_remake_begins_at_manufacture_with_another_number_and_the_label_of_what_is_left():
    failed = _failed()
    ordered = _remake(failed)
    again = asked(failed, ordered, PHYSICIAN)
    assert (again.stage, again.position) == ("manufacture", 0)
    expiry = {timer.due_at for timer in timers(again) if timer.kind == "material-expires"}
    assert expiry == {ordered.material_expires_at}
    opened = stepped(again)
    assert _batch(opened) != _batch(failed)
    numbered = next_command(again).command.model_copy(update={"batch": _batch(failed)})
    assert _refused(again, numbered, next_command(again).actor).code == "batch-taken"
    assert _until(again, "administer-dose").last(BatchCertified)


def test_the_name_of_another_batch_is_refused():
    facts = waiting_for("complete-manufacture")
    failure = ReportManufactureFailure(
        occurred_at=_at(facts), batch="ELSE", reason="power", report="D", material_left=True
    )
    assert _refused(facts, failure, MADE_BY).code == "batch-mismatch"


def test_nothing_is_made_of_nothing_or_of_what_has_expired():
    nothing = _refused(_failed(left=False), _remake(_failed(left=False)), PHYSICIAN)
    assert (nothing.code, "nothing-left" in nothing.message) == ("no-remake", True)
    expired = _refused(_failed(), _remake(_failed(), days=0), PHYSICIAN)
    assert (expired.code, "expired" in expired.message) == ("no-remake", True)


def test_after_the_most_batches_none_is_made():
    facts = _failed()
    for made in range(1, MOST_BATCHES):
        assert batches(facts) == made
        facts = _failed(_until(asked(facts, _remake(facts), PHYSICIAN), "complete-manufacture"))
    refused = _refused(facts, _remake(facts), PHYSICIAN)
    assert (refused.code, "attempts-used" in refused.message) == ("no-remake", True)


def test_given_up_is_the_end_and_what_is_left_becomes_what_the_patient_wished():
    failed = _failed()
    over = asked(failed, GiveUpManufacture(occurred_at=_at(failed), reason="MDT-1"), PHYSICIAN)
    assert over.ended == "manufacture-failed"
    owed = {duty.name.partition(":")[0] for duty in open_duties(over)}
    assert {"destroy-cells", "tell-patient"} <= owed


# Out of specification


def test_the_physician_asks_only_after_the_risk_was_evaluated():
    wrong = _wrong()
    assert _refused(wrong, _request(wrong), PHYSICIAN).code == "risk-not-evaluated"
    evaluated = _evaluated(wrong)
    again = RecordRiskEvaluation(occurred_at=_at(evaluated), document="RE-2")
    assert _refused(evaluated, again, MADE_BY).code == "already-evaluated"
    assert _asked_for(evaluated).stage == "release"


def test_who_evaluated_does_not_ask():
    both = Actor("one-person", Role.MANUFACTURER)
    evaluated = _evaluated(_wrong(), both)
    asks = Actor("one-person", Role.PHYSICIAN)
    assert _refused(evaluated, _request(evaluated), asks).code == "request-not-independent"


def test_new_results_need_a_new_evaluation():
    wrong = _wrong(_evaluated(_wrong()))
    assert _refused(wrong, _request(wrong), PHYSICIAN).code == "risk-not-evaluated"


def test_an_asked_for_batch_is_certified_as_what_it_is():
    release = _asked_for(_evaluated(_wrong()))
    unaware = _refused(release, _certify(release, wrong=False), QP)
    assert unaware.code == "specification-differs"
    certified = asked(release, _certify(release), QP)
    event = certified.last(BatchCertified)
    assert event is not None
    assert event.out_of_specification
    good = waiting_for("certify-batch")
    assert _refused(good, _certify(good), QP).code == "specification-differs"


def test_the_authority_is_told_within_48_hours_of_supply():
    release = _asked_for(_evaluated(_wrong()))
    sent = _until(asked(release, _certify(release), QP), "deliver-shipment")
    (duty,) = (duty for duty in duties(sent) if duty.name.startswith("notify-oos-supply"))
    assert (duty.owner, duty.due_at - duty.since) == (Role.MANUFACTURER, timedelta(hours=48))
    good = waiting_for("deliver-shipment")
    assert not [duty for duty in duties(good) if duty.name.startswith("notify-oos")]


def test_the_pharmacist_accepts_it_as_what_it_is():
    release = _asked_for(_evaluated(_wrong()))
    here = _until(asked(release, _certify(release), QP), "accept-product")
    unaware = AcceptProduct(occurred_at=_at(here), certificate_checked=True)
    pharmacist = actor(Role.PHARMACIST)
    assert _refused(here, unaware, pharmacist).code == "specification-differs"
    accepted = asked(here, unaware.model_copy(update={"out_of_specification": True}), pharmacist)
    event = accepted.last(ProductAccepted)
    assert event is not None
    assert event.out_of_specification
    assert _until(accepted, "complete-monitoring").last(DoseAdministered)


PEOPLE = st.sampled_from(("a", "b", "c"))


@settings(max_examples=60)
@given(evaluates=PEOPLE, asks=PEOPLE, certifies=PEOPLE, evaluated=st.booleans(), says=st.booleans())
def test_out_of_specification_is_never_given_without_three_people(
    evaluates: str, asks: str, certifies: str, *, evaluated: bool, says: bool
):
    """Whoever signs, in whatever order: certified means by three different people."""
    facts = _wrong()
    try:
        if evaluated:
            facts = _evaluated(facts, Actor(evaluates, Role.MANUFACTURER))
        facts = asked(facts, _request(facts), Actor(asks, Role.PHYSICIAN))
        facts = _until(facts, "certify-batch")
        facts = asked(facts, _certify(facts, wrong=says), Actor(certifies, Role.QP))
    except Refused:
        assert facts.last(BatchCertified) is None
        assert not judge_signed(facts).allowed
        assert not judge_gate(facts, _at(facts)).allowed
        assert not (evaluated and says and len({evaluates, asks, certifies}) == 3)
    else:
        assert judge_signed(facts).allowed
        assert evaluated
        assert says
        assert len({evaluates, asks, certifies}) == 3


# Damaged


def test_the_only_bag_broke_after_conditioning_and_the_physician_plans_the_rescue_in_an_hour():
    lost = _broken(waiting_for("thaw-product"))
    wait = waits_for(lost)
    assert wait is not None
    assert (wait.command, wait.owner, lost.stage) == (
        "order-remake",
        Role.PHYSICIAN,
        "administration",
    )
    (rescue,) = (duty for duty in open_duties(lost) if duty.name.startswith("plan-rescue"))
    assert (rescue.owner, rescue.due_at - rescue.since) == (Role.PHYSICIAN, timedelta(hours=1))


def test_without_conditioning_nobody_needs_a_rescue():
    lost = _broken(waiting_for("prepare-dose", "hemgenix"))
    assert not [duty for duty in open_duties(lost) if duty.name.startswith("plan-rescue")]
    wait = waits_for(lost)
    assert wait is not None
    assert wait.command == "order-replacement"


def test_with_a_spare_bag_gate_prescription_and_checks_begin_anew():
    thawed = _until(_with_spare(), "check-identity")
    thawed = _until(_until(thawed, "thaw-product"), "check-identity")
    assert thawed.last(ProductThawed)
    broken = _broken(thawed)
    assert broken.last(DoseLost) is None
    assert broken.step is not None
    assert broken.step.command.name == "clear-for-administration"
    again = _until(broken, "check-identity")
    right = next_command(again)
    assert isinstance(right.command, CheckIdentity)
    assert (right.command.phase, right.command.scanned_unit) == ("preparation", "SPARE-1")
    administers = right.command.model_copy(update={"phase": "administration"})
    assert _refused(again, administers, right.actor).code == "out-of-order"
    assert not judge_window(again, started_at=_at(again), ended_at=_at(again)).allowed
    assert _until(again, "complete-monitoring").last(DoseAdministered)


def test_a_broken_bag_that_is_scanned_again_stops_everything():
    broken = _broken(_until(_with_spare(), "thaw-product"))
    gone = broken.ever(ProductDamaged)[0][1].scanned_unit
    again = _until(broken, "check-identity")
    right = next_command(again)
    held = asked(again, right.command.model_copy(update={"scanned_unit": gone}), right.actor)
    assert held.last(IdentityMismatched)
    assert held.hold is not None


def test_a_bag_breaks_once():
    broken = _broken(_until(_with_spare(), "thaw-product"))
    gone = broken.ever(ProductDamaged)[0][1].scanned_unit
    refused = _refused(broken, _damage(broken, gone), actor(Role.LABORATORY))
    assert refused.code == "unit-not-in-use"


def test_given_up_after_a_first_dose_the_patient_is_still_watched_over():
    facts = waiting_for("thaw-product", "aucatzyl")
    facts = _until(stepped(facts), "administer-dose")
    facts = _until(stepped(facts), "thaw-product")
    lost = _broken(facts)
    dose = lost.last(DoseAdministered)
    over = asked(lost, GiveUpProduct(occurred_at=_at(lost), reason="MDT-1"), PHYSICIAN)
    assert (over.ended, over.stage) == (None, "monitoring")
    assert over.last(DoseAdministered) == dose


def test_a_dose_already_given_is_never_superseded():
    facts = waiting_for("thaw-product", "aucatzyl")
    facts = _until(stepped(facts), "administer-dose")
    lost = _broken(_until(stepped(facts), "thaw-product"))
    again = asked(lost, _remake(lost), PHYSICIAN)
    assert len(again.all(DoseAdministered)) == 1
    due = _until(again, "administer-dose")
    assert next_command(due).command.model_dump()["dose"] == 2
    assert len(stepped(due).all(DoseAdministered)) == 2


def test_a_given_up_product_is_the_end_where_nothing_was_given():
    lost = _broken(waiting_for("prepare-dose", "hemgenix"))
    over = asked(lost, GiveUpProduct(occurred_at=_at(lost), reason="MDT-1"), PHYSICIAN)
    assert over.ended == "product-lost"


BEFORE = ("prescribe-dose", "check-identity", "thaw-product", "administer-dose")


@settings(max_examples=25)
@given(
    when=st.sampled_from(BEFORE),
    steps=st.integers(0, 12),
    again=st.booleans(),
)
def test_a_damaged_unit_is_never_prepared_or_given(when: str, steps: int, *, again: bool):
    """Wherever a bag breaks, and whatever is done then, that bag is not given."""
    facts = _broken(_until(_with_spare(), when))
    if again:
        facts = asked(_broken(facts), _remake(facts), PHYSICIAN)
    gone = {event.scanned_unit for _, event in facts.ever(ProductDamaged)}
    for _ in range(steps):
        move = next_command(facts)
        if "scanned_unit" in type(move.command).model_fields:
            spoilt = move.command.model_copy(update={"scanned_unit": min(gone)})
            _tries(facts, spoilt, move.actor)
        facts = stepped(facts)
    given = {event.scanned_unit for _, event in facts.ever(DoseAdministered)}
    assert not given & gone
    broke = max(row.seq for row, _ in facts.ever(ProductDamaged))
    later = {event.scanned_unit for row, event in facts.all(ProductThawed) if row.seq > broke}
    assert not later & gone


def _tries(facts: Facts, command: Command, who: Actor) -> None:
    """Refused, or the journey is stopped; never done with the broken bag."""
    try:
        events = decide(command, facts, LATE, who)
    except Refused:
        return
    wanted = (ProductThawed, DoseAdministered, PreparationIdentityConfirmed)
    assert not [one for one in events if isinstance(one, wanted)]
    assert not [one for one in events if isinstance(one, AdministrationIdentityConfirmed)]


# Never stuck


def _states() -> list[Facts]:
    """Every state that these failures leave behind, however often they come."""
    lost = [
        _broken(waiting_for(command, product))
        for product, command in (
            *every(("kymriah", "aucatzyl"), BEFORE),
            *every(("hemgenix", "ebvallo"), ("prescribe-dose", "prepare-dose", "administer-dose")),
        )
    ]
    second = _until(stepped(waiting_for("administer-dose", "aucatzyl")), "administer-dose")
    used = _failed()
    for _ in range(MOST_BATCHES - 1):
        used = _failed(_until(asked(used, _remake(used), PHYSICIAN), "complete-manufacture"))
    wrong = _wrong()
    rejected = asked(
        wrong, RejectBatch(occurred_at=_at(wrong), batch=_batch(wrong), reason="OOS"), QP
    )
    evaluated = _evaluated(wrong)
    release = _asked_for(evaluated)
    spare = _broken(_until(_with_spare(), "thaw-product"))
    remade = asked(_failed(), _remake(_failed()), PHYSICIAN)
    both = [
        _failed(),
        _failed(left=False),
        used,
        wrong,
        evaluated,
        release,
        rejected,
        spare,
        remade,
    ]
    return [*lost, *both, _broken(second), _broken(_broken(_until(_with_spare(), "thaw-product")))]


def _possible(facts: Facts) -> set[str]:
    """What somebody may do now that moves the journey: its wait, or a way out of it."""
    step = facts.step
    assert step is not None
    also = (*step.also, *stage_named(facts.stages, facts.stage).also)
    found: set[str] = set()
    for kind in {step.command, *also} - AT_ANY_TIME - {Refer}:
        command = _now(EXAMPLES[kind.name], facts)
        if step.command is kind and kind.name not in ("order-remake", "order-replacement"):
            command = next_command(facts).command if kind is not RejectBatch else command
        for role in kind.roles:
            try:
                events = decide(command, facts, LATE, Actor("somebody-new", role))
            except Refused:
                continue
            if events:
                found.add(kind.name)
    return found


def _now(command: Command, facts: Facts) -> Command:
    unit = next(iter(usable(facts)), "U-1")
    opened = facts.last(BatchOpened)
    right = {
        "occurred_at": _at(facts),
        "batch": opened.batch if opened else "B",
        "scanned_unit": unit,
        "scanned_coi": facts.coi,
        "material_expires_at": LATE,
    }
    fields = {name: value for name, value in right.items() if name in type(command).model_fields}
    return command.model_copy(update=fields)


def test_no_failure_leaves_a_journey_stuck():
    """In each state there is a named wait with owner and deadline, and a command that moves it."""
    for facts in _states():
        wait = waits_for(facts)
        assert wait is not None
        assert wait.until > wait.since
        possible = _possible(facts)
        assert possible - {"report-damage", "assess-fitness"}, (facts.stage, wait.command)


def test_every_decision_is_possible_in_some_state():
    found = set[str]().union(*map(_possible, _states()))
    decisions = {OrderRemake, GiveUpManufacture, GiveUpProduct, OrderReplacement}
    assert {kind.name for kind in decisions} <= found
    assert found <= set(COMMANDS)
