"""Conditioning and administration: what follows from each command."""

from datetime import datetime, timedelta

from atmpflow.commands import administration as ask
from atmpflow.decisions.damage import require_undamaged
from atmpflow.decisions.guard import objections, require, require_right
from atmpflow.decisions.mismatch import mismatched
from atmpflow.errors import Refused
from atmpflow.events import administration as fact
from atmpflow.events.admission import ScreeningRecorded
from atmpflow.events.manufacture import ManufactureCompleted
from atmpflow.journey import Facts
from atmpflow.message import Event, event_of
from atmpflow.people import Actor
from atmpflow.rules.administration import (
    checked_by,
    checks_of,
    judge_gate,
    judge_window,
    next_dose,
    since_restart,
)
from atmpflow.rules.conditioning import judge_conditioning, judge_conditioning_interval
from atmpflow.rules.dose import judge_quantity
from atmpflow.rules.fitness import BEFORE_CONDITIONING, BEFORE_DOSE, judge_fitness
from atmpflow.rules.identity import judge_bedside
from atmpflow.rules.supply import usable

EXAMINE = "Examine the patient and record assess-fitness; wait, or end the journey, if not fit."
STOP = "Stop. Do not thaw or give the product; both teams must be told and two people must agree."


def clear_for_conditioning(
    command: ask.ClearForConditioning, facts: Facts, now: datetime
) -> list[Event]:
    judged = judge_conditioning(facts, command.occurred_at)
    if judged.allowed:
        return [fact.ConditioningCleared()]
    return [fact.ConditioningBlocked(objections=objections(judged))]


def start_conditioning(command: ask.StartConditioning, facts: Facts, now: datetime) -> list[Event]:
    plan = facts.product.conditioning
    if plan is None:
        raise Refused(
            "out-of-order",
            "",
            "This product needs no conditioning.",
            "Look at what the journey waits for.",
        )
    require(
        judge_conditioning(facts, command.occurred_at),
        code="product-not-usable",
        field="occurred_at",
        remedy="Do not condition the patient; collect or order again, or give it up.",
    )
    _require_fit(facts, command.occurred_at, days=BEFORE_CONDITIONING)
    return [fact.ConditioningStarted(regimen=plan.regimen[:120])]


def complete_conditioning(
    command: ask.CompleteConditioning, facts: Facts, now: datetime
) -> list[Event]:
    return [fact.ConditioningCompleted()]


def clear_for_administration(
    command: ask.ClearForAdministration, facts: Facts, now: datetime
) -> list[Event]:
    judged = judge_gate(facts, command.occurred_at)
    if judged.allowed:
        return [fact.AdministrationCleared(dose=next_dose(facts))]
    return [fact.AdministrationBlocked(objections=objections(judged))]


def _require_fit(facts: Facts, at: datetime, *, days: float | None = None) -> None:
    require(
        judge_fitness(facts, at, days=days), code="not-fit", field="occurred_at", remedy=EXAMINE
    )


def _require_dose(number: int, facts: Facts) -> None:
    due = next_dose(facts)
    require_right(
        number == due,
        "dose-number-wrong",
        "dose",
        f"Dose {due} is due.",
        f"Give {due}, or look at the journey again.",
    )


def _require_day(command: ask.PrescribeDose, facts: Facts) -> None:
    given = facts.all(fact.DoseAdministered)
    if not given:
        return
    plan = facts.product.dose.days
    earliest = given[0][1].started_at + timedelta(days=plan[command.dose - 1] - plan[0])
    require_right(
        command.occurred_at >= earliest - timedelta(days=1),
        "dose-too-early",
        "occurred_at",
        f"Dose {command.dose} is planned for {earliest:%Y-%m-%d}.",
        "Prescribe it on the planned day or the day before.",
    )


def prescribe_dose(command: ask.PrescribeDose, facts: Facts, now: datetime) -> list[Event]:
    _require_dose(command.dose, facts)
    _require_day(command, facts)
    require(
        judge_conditioning_interval(facts, command.occurred_at),
        code="conditioning-interval",
        field="occurred_at",
        remedy="Give the product in the interval of the label, or condition the patient again.",
    )
    _require_fit(facts, command.occurred_at, days=BEFORE_DOSE)
    need = facts.product.monitoring.tocilizumab_doses_on_site
    require_right(
        command.tocilizumab_on_site >= need,
        "tocilizumab-missing",
        "tocilizumab_on_site",
        f"{need} dose(s) of tocilizumab must be on site.",
        "Order tocilizumab and prescribe when it has arrived.",
    )
    screening = facts.last(ScreeningRecorded)
    weight = command.weight_kg or (screening.weight_kg if screening else None)
    require(
        judge_quantity(facts.product.dose, quantity=command.quantity, weight_kg=weight),
        code="dose-out-of-range",
        field="quantity",
        remedy="Prescribe within the range of the product.",
    )
    return [event_of(fact.DosePrescribed, command)]


def check_identity(
    command: ask.CheckIdentity, facts: Facts, now: datetime, actor: Actor
) -> list[Event]:
    _require_dose(command.dose, facts)
    _require_phase(command, facts)
    judged = judge_bedside(
        scanned_patient=command.scanned_patient,
        scanned_coi=command.scanned_coi,
        scanned_unit=command.scanned_unit,
        coi=facts.coi,
        units=usable(facts),
    )
    if not judged.allowed:
        return [event_of(fact.IdentityMismatched, command, checker=actor.id)]
    checked = event_of(fact.IdentityChecked, command, checker=actor.id)
    return [checked, *_confirmed(command, facts, actor)]


def _require_phase(command: ask.CheckIdentity, facts: Facts) -> None:
    prepared = since_restart(facts, fact.PreparationIdentityConfirmed)
    due = "administration" if prepared else "preparation"
    require_right(
        command.phase == due,
        "out-of-order",
        "phase",
        f"The check before {due} is due.",
        f"Give phase {due}.",
    )


def _confirmed(command: ask.CheckIdentity, facts: Facts, actor: Actor) -> list[Event]:
    """The second matching check by a different person, of the same unit, confirms."""
    earlier = checks_of(facts, command.phase)
    require_right(
        all(check.checker != actor.id for _, check in earlier),
        "checker-not-independent",
        "actor",
        "The same person has already checked.",
        "A second person must check alone.",
    )
    require_right(
        all(check.scanned_unit == command.scanned_unit for _, check in earlier),
        "unit-mismatch",
        "scanned_unit",
        "The first check was of another unit.",
        STOP,
    )
    if not earlier:
        return []
    confirmed = (
        fact.PreparationIdentityConfirmed
        if command.phase == "preparation"
        else fact.AdministrationIdentityConfirmed
    )
    return [confirmed(first=earlier[0][1].checker, second=actor.id)]


def _given(facts: Facts) -> tuple[str, ...]:
    return tuple(event.scanned_unit for _, event in facts.all(fact.DoseAdministered))


def _checked_unit(facts: Facts, phase: fact.Phase) -> tuple[str, ...]:
    return tuple({check.scanned_unit for _, check in checks_of(facts, phase)})


def _prepare(
    command: ask.ThawProduct | ask.PrepareDose, facts: Facts, kind: type[Event]
) -> list[Event]:
    if stopped := mismatched(
        command, facts, "preparation", units=_checked_unit(facts, "preparation")
    ):
        return stopped
    require_undamaged(command.scanned_unit, facts)
    require(
        judge_gate(facts, command.began_at),
        code="gate-closed",
        field="began_at",
        remedy="Do not prepare the product; resolve what the gate names first.",
    )
    _require_fit(facts, command.occurred_at)
    confirmed = checked_by(facts, "preparation")
    require_right(
        confirmed is not None and confirmed <= command.began_at <= command.occurred_at,
        "date-impossible",
        "began_at",
        "The clock must start after both checks and before it is recorded.",
        "Give the time at which the unit left storage, was drawn up or was opened.",
    )
    return [event_of(kind, command)]


def thaw_product(command: ask.ThawProduct, facts: Facts, now: datetime) -> list[Event]:
    return _prepare(command, facts, fact.ProductThawed)


def prepare_dose(command: ask.PrepareDose, facts: Facts, now: datetime) -> list[Event]:
    return _prepare(command, facts, fact.DosePrepared)


def administer_dose(command: ask.AdministerDose, facts: Facts, now: datetime) -> list[Event]:
    if stopped := mismatched(
        command, facts, "administration", units=_checked_unit(facts, "administration")
    ):
        return stopped
    _require_dose(command.dose, facts)
    _require_unit(command, facts)
    _require_times(command, facts)
    require(
        judge_gate(facts, command.ended_at),
        code="gate-closed",
        field="ended_at",
        remedy="Do not give the product; resolve what the gate names first.",
    )
    _require_fit(facts, command.occurred_at)
    confirmed = facts.last(fact.AdministrationIdentityConfirmed)
    given = event_of(
        fact.DoseAdministered,
        command,
        first_checker=confirmed.first if confirmed else "",
        second_checker=confirmed.second if confirmed else "",
    )
    doses = len(facts.product.dose.days)
    return [given, fact.TreatmentCompleted(doses=doses)] if command.dose == doses else [given]


def _require_unit(command: ask.AdministerDose, facts: Facts) -> None:
    require_undamaged(command.scanned_unit, facts)
    made = facts.last(ManufactureCompleted)
    require_right(
        made is None or command.volume_ml <= made.volume_ml,
        "volume-too-large",
        "volume_ml",
        "More than the unit holds.",
        "Give the millilitres that were given of this unit.",
    )
    require_right(
        command.scanned_unit not in _given(facts),
        "unit-already-given",
        "scanned_unit",
        "This unit was given before.",
        STOP,
    )


def _require_times(command: ask.AdministerDose, facts: Facts) -> None:
    confirmed = checked_by(facts, "administration")
    require_right(
        confirmed is not None
        and confirmed <= command.started_at <= command.ended_at <= command.occurred_at,
        "date-impossible",
        "started_at",
        "The dose must start after both checks and end before it is recorded.",
        "Give start and end of the administration.",
    )
    require(
        judge_window(facts, started_at=command.started_at, ended_at=command.ended_at),
        code="window-passed",
        field="ended_at",
        remedy="A product out of its window is not given; tell the manufacturer.",
    )
