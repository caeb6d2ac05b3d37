"""A patient who is not fit is given nothing; a death ends what was to be done and is reported."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atmpflow.commands.administration import AdministerDose, PrescribeDose, ThawProduct
from atmpflow.commands.after import LiftHold
from atmpflow.commands.patient import AssessFitness, RecordDeath, RecordDeterioration
from atmpflow.decide import decide
from atmpflow.duties import open_duties
from atmpflow.errors import Refused
from atmpflow.events.after import PatientDied
from atmpflow.events.patient import FitnessAssessed, PatientDeteriorated
from atmpflow.journey import Facts
from atmpflow.people import Actor, Role
from atmpflow.rules.fitness import BEFORE_CONDITIONING, BEFORE_DOSE, judge_fitness
from atmpflow.waits import timers
from tests.memory import LATE, asked, next_command, opened, waiting_for, whole, with_event

PHYSICIAN = Actor("a-physician", Role.PHYSICIAN)
FIT = {"fit": True, "ecog": 1, "infection": False, "organ_function": True}
NEEDS_FIT = ("start-conditioning", "prescribe-dose", "thaw-product", "administer-dose")


def _code(facts: Facts, command, who: Actor) -> str:
    with pytest.raises(Refused) as refused:
        decide(command, facts, LATE, who)
    return refused.value.code


def _examined(facts: Facts, at, **changed) -> Facts:
    return with_event(facts, FitnessAssessed(**{**FIT, **changed}), at, PHYSICIAN)


def _kinds(facts: Facts) -> set[tuple[str, Role]]:
    return {(duty.name.partition(":")[0], duty.owner) for duty in open_duties(facts)}


@pytest.mark.parametrize("command", NEEDS_FIT)
@given(
    fit=st.booleans(), infection=st.booleans(), organ_function=st.booleans(), worse=st.booleans()
)
def test_nothing_is_begun_or_given_unless_the_patient_was_found_fit_since_becoming_worse(
    command: str, *, fit: bool, infection: bool, organ_function: bool, worse: bool
):
    facts = waiting_for(command)
    move = next_command(facts)
    changed = {"fit": fit, "infection": infection, "organ_function": organ_function}
    facts = _examined(facts, move.command.occurred_at, **changed)
    if worse:
        at = move.command.occurred_at
        facts = with_event(facts, PatientDeteriorated(ecog=3, reason="progression"), at, PHYSICIAN)
        facts = _lifted(facts)
    if fit and organ_function and not infection and not worse:
        assert decide(move.command, facts, LATE, move.actor)
    else:
        assert _code(facts, move.command, move.actor) == "not-fit"


def _lifted(facts: Facts) -> Facts:
    for role in (Role.PHYSICIAN, Role.PHARMACIST):
        lift = LiftHold(occurred_at=facts.history[-1].occurred_at, reason="R-1")
        facts = asked(facts, lift, Actor(f"a-{role}", role))
    return facts


@pytest.mark.parametrize(
    ("command", "days"),
    [("start-conditioning", BEFORE_CONDITIONING), ("prescribe-dose", BEFORE_DOSE)],
)
def test_an_examination_is_good_for_some_days(command: str, days: float):
    facts = waiting_for(command)
    move = next_command(facts)
    limit = move.command.occurred_at - timedelta(days=days)
    assert decide(move.command, _examined(facts, limit), LATE, move.actor)
    old = _examined(facts, limit - timedelta(seconds=1))
    assert _code(old, move.command, move.actor) == "not-fit"


@given(st.floats(0, 60), st.floats(0, 60))
def test_an_older_examination_is_never_better(younger: float, older: float):
    younger, older = sorted((younger, older))
    facts, at = opened(), LATE
    judged = [
        judge_fitness(_examined(facts, at - timedelta(days=age)), at, days=BEFORE_DOSE).allowed
        for age in (younger, older)
    ]
    assert judged[0] >= judged[1]


def test_nobody_but_the_physician_finds_a_patient_fit():
    assert AssessFitness.roles == RecordDeterioration.roles == {Role.PHYSICIAN}


def test_whoever_became_worse_is_given_nothing_until_examined_again():
    facts = waiting_for("thaw-product")
    since = facts.since
    assert since is not None
    worse = asked(
        facts, RecordDeterioration(occurred_at=since, ecog=3, reason="infection"), PHYSICIAN
    )
    assert worse.hold is not None
    assert _kinds(worse) >= {
        ("inform-manufacturer", Role.MANUFACTURER),
        ("decide-on-treatment", Role.PHYSICIAN),
    }
    lifted = _lifted(worse)
    move = next_command(lifted)
    assert isinstance(move.command, ThawProduct)
    assert _code(lifted, move.command, move.actor) == "not-fit"
    at = move.command.occurred_at
    again = asked(lifted, AssessFitness(occurred_at=at, **FIT), PHYSICIAN)
    assert decide(move.command, again, LATE, move.actor)


def test_after_the_treatment_becoming_worse_is_graded_and_not_a_gate():
    facts = waiting_for("complete-monitoring")
    command = RecordDeterioration(occurred_at=LATE, ecog=3, reason="other")
    assert _code(facts, command, PHYSICIAN) == "already-treated"


@pytest.mark.parametrize(
    ("command", "left", "owner"),
    [
        ("record-collection", 0, None),
        ("complete-manufacture", 0, Role.MANUFACTURER),
        ("certify-batch", 1, Role.MANUFACTURER),
        ("start-conditioning", 1, Role.LABORATORY),
    ],
)
def test_a_death_while_the_product_is_made_ends_it_and_says_what_is_left(
    command: str, left: int, owner: Role | None
):
    facts = waiting_for(command)
    death = RecordDeath(occurred_at=facts.history[-1].occurred_at, cause="disease")
    over = asked(facts, death, PHYSICIAN)
    event = over.last(PatientDied)
    assert event is not None
    assert (over.ended, len(event.units)) == ("died", left)
    cells = {who for kind, who in _kinds(over) if kind == "destroy-cells"}
    assert cells == ({owner} if owner else set())
    assert {timer.kind.partition(":")[0] for timer in timers(over)} == {"duty"}


def test_a_death_is_recorded_at_any_time_and_once():
    for facts in whole("kymriah"):
        death = RecordDeath(occurred_at=LATE, cause="unknown", told_by="registry")
        over = asked(facts, death, PHYSICIAN)
        assert over.ended == (facts.ended or "died")
        assert _code(over, death, PHYSICIAN) == "death-recorded"


def test_a_death_after_the_treatment_is_reported_to_the_registry():
    facts = waiting_for("record-follow-up")
    visit = next_command(facts)
    died = visit.command.model_copy(update={"alive": False})
    over = asked(facts, died, visit.actor)
    assert ("report-death-to-registry", Role.COORDINATOR) in _kinds(over)
    assert ("report-death-to-sponsor", Role.PHYSICIAN) not in _kinds(over)


def test_a_death_cannot_lie_after_it_became_known():
    facts = waiting_for("record-follow-up")
    at = facts.history[-1].occurred_at
    death = RecordDeath(occurred_at=at, died_at=at + timedelta(seconds=1))
    assert _code(facts, death, PHYSICIAN) == "date-impossible"


def test_the_dose_and_its_prescription_both_need_it():
    assert {PrescribeDose.name, AdministerDose.name, ThawProduct.name} < set(NEEDS_FIT)
