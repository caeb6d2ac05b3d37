"""From the accepted referral to the booked slots: what follows from each command."""

from datetime import datetime
from typing import cast

from atmpflow.commands import admission as ask
from atmpflow.decisions.guard import missing_from, objections, require, require_right, require_units
from atmpflow.errors import Refused
from atmpflow.events import admission as fact
from atmpflow.journey import Facts
from atmpflow.message import Event, event_of
from atmpflow.rules.consent import SCOPES, in_force
from atmpflow.rules.dose import order_quantity, weight_valid
from atmpflow.rules.eligibility import judge_findings
from atmpflow.rules.matching import judge_match


def accept_referral(command: ask.AcceptReferral, facts: Facts, now: datetime) -> list[Event]:
    return [fact.ReferralAccepted()]


def record_screening(command: ask.RecordScreening, facts: Facts, now: datetime) -> list[Event]:
    known = {item.code for item in facts.product.eligibility}
    unknown = sorted(set(command.answers) - known)
    require_right(
        not unknown,
        "criterion-unknown",
        "answers",
        f"This product has no criterion {', '.join(unknown)}.",
        f"Use: {', '.join(sorted(known))}.",
    )
    taken = command.virology_taken_at
    require_right(
        taken is None or taken <= command.occurred_at,
        "date-impossible",
        "virology_taken_at",
        "The sample was taken after screening was recorded.",
        "Give the time at which the sample was taken.",
    )
    return [event_of(fact.ScreeningRecorded, command)]


def _screening(facts: Facts) -> fact.ScreeningRecorded:
    found = facts.last(fact.ScreeningRecorded)
    if found is None:
        raise Refused("out-of-order", "", "Screening is not recorded.", "Record screening first.")
    return found


def assess_eligibility(command: ask.AssessEligibility, facts: Facts, now: datetime) -> list[Event]:
    screening = _screening(facts)
    at = facts.when(fact.ScreeningRecorded) or command.occurred_at
    judged = judge_findings(facts.product, screening.answers, screening.virology_taken_at, at)
    return [fact.EligibilityAssessed(objections=objections(judged))]


def confirm_eligibility(
    command: ask.ConfirmEligibility, facts: Facts, now: datetime
) -> list[Event]:
    if command.decision == "not-eligible":
        return [fact.EligibilityDeclined()]
    assessed = facts.last(fact.EligibilityAssessed)
    unmet = [item.code for item in assessed.objections] if assessed else ["not assessed"]
    require_right(
        not unmet,
        "criteria-not-met",
        "decision",
        f"Not met: {', '.join(unmet)}.",
        "Record screening again when the findings have changed, or decide not-eligible.",
    )
    return [fact.EligibilityConfirmed()]


def submit_to_panel(command: ask.SubmitToPanel, facts: Facts, now: datetime) -> list[Event]:
    return [event_of(fact.PanelSubmitted, command)]


def record_panel_decision(
    command: ask.RecordPanelDecision, facts: Facts, now: datetime
) -> list[Event]:
    if command.decision == "declined":
        return [fact.PanelDeclined()]
    return [fact.PanelApproved(funding_reference=command.funding_reference)]


def record_consent(command: ask.RecordConsent, facts: Facts, now: datetime) -> list[Event]:
    return [event_of(fact.ConsentGiven, command)]


def verify_consent(command: ask.VerifyConsent, facts: Facts, now: datetime) -> list[Event]:
    missing = missing_from(SCOPES[facts.product.pathway], in_force(facts))
    if missing:
        return [fact.ConsentInsufficient(missing=cast("tuple[fact.Scope, ...]", missing))]
    return [fact.ConsentVerified()]


def book_slots(command: ask.BookSlots, facts: Facts, now: datetime) -> list[Event]:
    for index, slot in enumerate(command.slots):
        require_right(
            slot.starts_at < slot.ends_at,
            "slot-empty",
            f"slots[{index}]",
            "The slot ends before it starts.",
            "Give a start before the end.",
        )
        require_right(
            slot.kind not in {earlier.kind for earlier in command.slots[:index]},
            "slot-twice",
            f"slots[{index}]",
            f"There is a {slot.kind} slot before it.",
            "Give one slot of each kind.",
        )
    return [fact.SlotsBooked(slots=command.slots)]


def confirm_slot(command: ask.ConfirmSlot, facts: Facts, now: datetime) -> list[Event]:
    return [event_of(fact.SlotConfirmed, command)]


def place_order(command: ask.PlaceOrder, facts: Facts, now: datetime) -> list[Event]:
    screening, dose = _screening(facts), facts.product.dose
    weighed = facts.when(fact.ScreeningRecorded) or command.occurred_at
    require_right(
        weight_valid(dose, weighed_at=weighed, now=command.occurred_at),
        "weight-too-old",
        "weight_kg",
        f"The weight is older than {dose.weight_valid_days} days.",
        "Weigh the patient and record screening again.",
    )
    return [
        fact.OrderPlaced(
            quantity=order_quantity(dose, screening.weight_kg),
            unit=dose.unit,
            weight_kg=screening.weight_kg,
            reference=command.reference,
        )
    ]


def _in_date(expires_at: datetime, at: datetime) -> None:
    require_right(
        expires_at > at,
        "expired",
        "expires_at",
        "These units are past their expiry.",
        "Name units that are in date.",
    )


def confirm_order(command: ask.ConfirmOrder, facts: Facts, now: datetime) -> list[Event]:
    _in_date(command.expires_at, command.occurred_at)
    require_units(command.units, len(facts.product.dose.days))
    return [event_of(fact.OrderConfirmed, command)]


def allocate_unit(command: ask.AllocateUnit, facts: Facts, now: datetime) -> list[Event]:
    _in_date(command.expires_at, command.occurred_at)
    require_units(command.units, len(facts.product.dose.days))
    patient = _screening(facts).hla
    require(
        judge_match(patient, command.hla, command.restricted_by),
        code="hla-mismatch",
        field="hla",
        remedy="Choose units that share at least two alleles, one of them restricting.",
    )
    matched = tuple(sorted(set(patient) & set(command.hla)))
    return [event_of(fact.UnitAllocated, command, matched=matched)]


def confirm_allocation(command: ask.ConfirmAllocation, facts: Facts, now: datetime) -> list[Event]:
    return [fact.AllocationConfirmed()]
