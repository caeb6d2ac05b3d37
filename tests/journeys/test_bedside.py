"""At the bedside: the wrong wristband, the late dose, and the dose in two parts."""

from datetime import timedelta

import pytest

from atmpflow.commands.administration import AdministerDose, CheckIdentity, PrescribeDose
from atmpflow.commands.after import LiftHold
from atmpflow.events.administration import DoseAdministered, IdentityMismatched, ProductThawed
from atmpflow.journey import Facts
from atmpflow.people import Role
from desk.simulation.people import actor
from desk.simulation.step import present
from tests.conftest import Database
from tests.factories import (
    ask,
    engine_steps,
    finished,
    held,
    journey_at,
    lifted,
    move_of,
    refused,
    step,
    waits_for,
    walk,
)
from tests.models.rows import select

MINUTE = timedelta(minutes=1)


def _with_the_wrong_wristband(database: Database) -> Facts:
    """A checker scans this patient's bag against another patient's wristband."""
    mine, theirs = (journey_at(database.app, "check-identity") for _ in range(2))
    check = move_of(mine).command
    assert isinstance(check, CheckIdentity)
    wrong = check.model_copy(update={"scanned_patient": theirs.coi})
    ask(database.app, mine, wrong, actor(Role.CHECKER))
    return present(database.app, mine.journey)


def test_the_wrong_wristband_stops_everything(database: Database):
    facts = _with_the_wrong_wristband(database)
    assert facts.last(IdentityMismatched) is not None
    assert facts.hold is not None
    right = move_of(facts)
    assert refused(database.app, facts, right.command, right.actor).code == "journey-held"
    assert len(engine_steps(database.app, facts)) == 1, "the centre is told once"
    assert present(database.app, facts.journey).version == facts.version
    kept = select(
        database.app,
        "SELECT matches FROM identity_check WHERE journey_id = %s",
        facts.journey,
    )
    assert kept == [(False,)]


def test_two_different_people_let_it_go_on(database: Database):
    facts = _with_the_wrong_wristband(database)
    at = facts.history[-1].occurred_at
    lift = LiftHold(occurred_at=at, reason="CAPA-1")
    ask(database.app, facts, lift, actor(Role.PHYSICIAN))
    once = present(database.app, facts.journey)
    assert once.hold is not None
    again = refused(database.app, once, lift, actor(Role.PHYSICIAN))
    assert again.code == "lift-not-independent"
    nurse = refused(database.app, once, lift, actor(Role.NURSE))
    assert nurse.code == "role-not-allowed"
    ask(database.app, once, lift, actor(Role.PHARMACIST))
    free = present(database.app, facts.journey)
    assert free.hold is None
    assert walk(database.app, free.journey, waits_for("complete-monitoring")).last(DoseAdministered)


def test_a_dose_after_the_window_of_the_thaw_is_not_given(database: Database):
    facts = journey_at(database.app, "administer-dose", "kymriah")
    give, thawed = move_of(facts).command, facts.last(ProductThawed)
    assert isinstance(give, AdministerDose)
    assert thawed is not None
    window = facts.product.use_windows[0].length
    late = thawed.began_at + window + MINUTE
    command = give.model_copy(update={"ended_at": late, "occurred_at": late})
    refusal = refused(database.app, facts, command, actor(Role.PHYSICIAN))
    assert (refusal.code, refusal.field) == ("window-passed", "ended_at")
    assert present(database.app, facts.journey).all(DoseAdministered) == ()
    rows = "SELECT 1 FROM administration WHERE journey_id = %s"
    assert select(database.app, rows, facts.journey) == []


def test_a_recall_holds_the_journey_until_two_people_agree(database: Database):
    facts = journey_at(database.app, "start-conditioning")
    facts = lifted(database.app, held(database.app, facts, "RECALL-1"))
    assert walk(database.app, facts.journey, waits_for("prescribe-dose")).hold is None


def test_a_split_dose_is_two_bags_on_two_days_each_checked_twice_by_two(database: Database):
    facts = finished(database.app, "aucatzyl")
    (_, first), (_, second) = facts.all(DoseAdministered)
    assert (first.dose, second.dose) == (1, 2)
    assert first.scanned_unit != second.scanned_unit
    assert (second.started_at - first.started_at).days >= facts.product.dose.days[1]
    rows = select(
        database.app,
        "SELECT dose, phase, count(DISTINCT checker), count(DISTINCT scanned_unit)"
        " FROM identity_check WHERE journey_id = %s AND matches GROUP BY 1, 2 ORDER BY 1, 2",
        facts.journey,
    )
    assert rows == [
        (dose, phase, 2, 1) for dose in (1, 2) for phase in ("administration", "preparation")
    ]


def test_the_second_part_of_a_split_dose_is_not_given_early(database: Database):
    facts = journey_at(database.app, "administer-dose", "aucatzyl")
    facts = step(database.app, facts)
    facts = walk(database.app, facts.journey, waits_for("prescribe-dose"))
    facts = step(database.app, facts)  # examined anew for the second part
    prescribe = move_of(facts).command
    assert isinstance(prescribe, PrescribeDose)
    assert prescribe.dose == 2
    early = prescribe.model_copy(update={"occurred_at": facts.since})
    refusal = refused(database.app, facts, early, actor(Role.PHYSICIAN))
    assert (refusal.code, refusal.field) == ("dose-too-early", "occurred_at")


@pytest.mark.parametrize("product", ["holoclar", "hemgenix"])
def test_one_person_cannot_check_alone(database: Database, product: str):
    facts = journey_at(database.app, "check-identity", product)
    move = move_of(facts)
    ask(database.app, facts, move.command, move.actor)
    once = present(database.app, facts.journey)
    again = refused(database.app, once, move_of(once).command, move.actor)
    assert again.code == "checker-not-independent"
