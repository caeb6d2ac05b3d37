"""What the simulated site reports from conditioning to follow-up."""

from datetime import datetime, timedelta

from atmpflow.commands import administration, after, patient
from atmpflow.events.administration import (
    AdministrationIdentityConfirmed,
    ConditioningCompleted,
    DoseAdministered,
    PreparationIdentityConfirmed,
)
from atmpflow.events.after import MonitoringPlanned
from atmpflow.journey import Facts
from atmpflow.message import Command
from atmpflow.rules.administration import checks_of, next_dose, since_restart
from atmpflow.rules.fitness import BEFORE_CONDITIONING, BEFORE_DOSE, judge_fitness
from atmpflow.rules.supply import usable
from atmpflow.waits import next_visit
from desk.simulation import values

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def start_conditioning(facts: Facts, since: datetime) -> Command:
    at = since + 2 * DAY
    if not judge_fitness(facts, at, days=BEFORE_CONDITIONING).allowed:
        return _examine(at - HOUR)
    return administration.StartConditioning(occurred_at=at)


def _examine(at: datetime) -> Command:
    return patient.AssessFitness(
        occurred_at=at, fit=True, ecog=1, infection=False, organ_function=True
    )


def complete_conditioning(facts: Facts, since: datetime) -> Command:
    return administration.CompleteConditioning(occurred_at=since + 3 * DAY)


def prescribe(facts: Facts, since: datetime) -> Command:
    given, plan = facts.all(DoseAdministered), facts.product.dose.days
    at = since + 1 * HOUR
    dose = next_dose(facts)
    ended, conditioning = facts.when(ConditioningCompleted), facts.product.conditioning
    if ended and conditioning:
        at = max(at, ended + timedelta(days=conditioning.days_before_low))
    if given:
        at = max(at, given[0][1].started_at + timedelta(days=plan[dose - 1] - plan[0]))
    if not judge_fitness(facts, at, days=BEFORE_DOSE).allowed:
        return _examine(at - HOUR / 2)
    return administration.PrescribeDose(
        occurred_at=at,
        dose=dose,
        quantity=values.quantity(facts),
        weight_kg=values.weight_kg(facts),
        tocilizumab_on_site=4,
    )


def check(facts: Facts, since: datetime) -> Command:
    confirmed = since_restart(facts, PreparationIdentityConfirmed)
    phase = "administration" if confirmed else "preparation"
    done = len(checks_of(facts, phase))
    dose = next_dose(facts)
    return administration.CheckIdentity(
        occurred_at=since + (done + 1) * MINUTE,
        dose=dose,
        phase=phase,
        scanned_patient=facts.coi,
        scanned_coi=facts.coi,
        scanned_unit=usable(facts)[0],
    )


def thaw(facts: Facts, since: datetime) -> Command:
    at = since + 5 * MINUTE
    unit = usable(facts)[0]
    return administration.ThawProduct(
        occurred_at=at, began_at=at, scanned_unit=unit, scanned_coi=facts.coi
    )


def prepare(facts: Facts, since: datetime) -> Command:
    at = since + 5 * MINUTE
    unit = usable(facts)[0]
    return administration.PrepareDose(
        occurred_at=at, began_at=at, scanned_unit=unit, scanned_coi=facts.coi
    )


def give(facts: Facts, since: datetime) -> Command:
    confirmed = facts.when(AdministrationIdentityConfirmed)
    start = max(confirmed or since, since) + 1 * MINUTE
    dose = next_dose(facts)
    return administration.AdministerDose(
        occurred_at=start + 9 * MINUTE,
        dose=dose,
        scanned_patient=facts.coi,
        scanned_coi=facts.coi,
        scanned_unit=usable(facts)[0],
        volume_ml=50,
        started_at=start,
        ended_at=start + 8 * MINUTE,
    )


def complete_monitoring(facts: Facts, since: datetime) -> Command:
    planned = facts.last(MonitoringPlanned)
    return after.CompleteMonitoring(occurred_at=max(since, planned.until) if planned else since)


def visit(facts: Facts, since: datetime) -> Command:
    visit = next_visit(facts)
    assert visit is not None  # noqa: S101 - the stage is `follow_up`
    return after.RecordFollowUp(
        occurred_at=max(since, visit.due_at + 2 * DAY),
        day=visit.day,
        alive=True,
        disease="remission",
        registry_reported=True,
    )
