"""May this dose be given now? The gate, the two checkers and the window of use."""

from datetime import datetime, timedelta

from atmpflow.events.administration import (
    ConditioningCompleted,
    DoseAdministered,
    DosePrepared,
    IdentityChecked,
    IdentityMismatched,
    Phase,
    ProductThawed,
    TreatmentCompleted,
)
from atmpflow.events.admission import ConsentVerified
from atmpflow.events.consent import TreatmentStopped
from atmpflow.events.damage import ProductDamaged
from atmpflow.events.identity import UnitRelabelled
from atmpflow.events.shipment import ProductAccepted
from atmpflow.journey import E, Facts, Recorded
from atmpflow.products.spec import UseWindow
from atmpflow.rules.consent import in_force
from atmpflow.rules.exception import judge_signed
from atmpflow.rules.recall import recalled
from atmpflow.rules.supply import supply
from atmpflow.verdict import Reason, Verdict, verdict

GATE = "EU GMP Part IV 11 (release); SmPC of the product, 4.2 and 6.6"


def next_dose(facts: Facts) -> int:
    """The number of the dose that is due, counted from 1."""
    return len(facts.all(DoseAdministered)) + 1


def treated(facts: Facts) -> bool:
    """Were all doses given that will be?"""
    return bool(facts.last(TreatmentCompleted) or facts.last(TreatmentStopped))


def _agreed(facts: Facts) -> bool:
    return facts.last(ConsentVerified) is not None and "treatment" in in_force(facts)


def judge_gate(facts: Facts, now: datetime) -> Verdict:
    """Certified, accepted on site, in date, consented, conditioned, nothing held."""
    stock = supply(facts)
    due = facts.product.conditioning is not None and not facts.last(ConditioningCompleted)
    return verdict(
        (
            None if stock and stock.certified_by else Reason("not-certified", "no QP", GATE),
            None if facts.last(ProductAccepted) else Reason("not-accepted", "pharmacy", GATE),
            Reason("expired", "past the expiry on the label", GATE)
            if stock and stock.expires_at <= now
            else None,
            None if _agreed(facts) else Reason("consent-missing", "", GATE),
            Reason("not-conditioned", "conditioning is not complete", GATE) if due else None,
            Reason("recalled", "taken back by its maker", GATE)
            if stock and recalled(facts, stock.units)
            else None,
            Reason("held", "the journey is on hold", GATE) if facts.hold else None,
        )
    ) & judge_signed(facts)


def since_restart(facts: Facts, kind: type[E]) -> tuple[tuple[Recorded, E], ...]:
    """Events of a kind for the present dose and unit: after the last dose, and after damage."""
    restarts = (*facts.rows(DoseAdministered), *facts.rows(ProductDamaged))
    after = max((row.seq for row in restarts), default=0)
    return tuple((row, event) for row, event in facts.all(kind) if row.seq > after)


def checks_of(facts: Facts, phase: Phase) -> tuple[tuple[Recorded, IdentityChecked], ...]:
    """The matching checks of the present dose and phase; a mismatch or new label undoes others."""
    undone = (*facts.rows(IdentityMismatched), *facts.rows(UnitRelabelled))
    after = max((row.seq for row in undone), default=0)
    return tuple(
        (row, check)
        for row, check in since_restart(facts, IdentityChecked)
        if check.phase == phase and row.seq > after
    )


def checked_by(facts: Facts, phase: Phase) -> datetime | None:
    """When the later of both matching checks was made; none while one is missing."""
    made = [row.occurred_at for row, _ in checks_of(facts, phase)]
    return max(made) if len(made) > 1 else None


def _began(facts: Facts, window: UseWindow) -> datetime | None:
    """When the clock of a window began for the present dose."""
    kind = ProductThawed if window.begins == "thaw" else DosePrepared
    found = since_restart(facts, kind)
    return found[-1][1].began_at if found else None


def use_by(facts: Facts) -> datetime | None:
    """The last moment of use of the present dose: the earliest end of all clocks that run."""
    ends = [
        began + window.length
        for window in facts.product.use_windows
        if (began := _began(facts, window)) is not None
    ]
    stock = supply(facts)
    if stock:
        ends.append(stock.expires_at)
    return min(ends) if ends else None


def judge_window(facts: Facts, *, started_at: datetime, ended_at: datetime) -> Verdict:
    """The whole administration lies in every window of use; a dose out of window is refused."""
    return verdict(
        _judge_one(window, _began(facts, window), started_at, ended_at)
        for window in facts.product.use_windows
    )


def _judge_one(
    window: UseWindow, began: datetime | None, started_at: datetime, ended_at: datetime
) -> Reason | None:
    if began is None:
        return Reason("not-prepared", f"no {window.begins} recorded", window.source)
    if started_at < began:
        return Reason("before-preparation", "starts before it", window.source)
    late = window.start_within_minutes
    if late is not None and started_at > began + timedelta(minutes=late):
        return Reason("begun-too-late", f"must begin within {late} min", window.source)
    over = ended_at - began - window.length
    if over > timedelta(0):
        return Reason("window-passed", f"by {over / timedelta(minutes=1):.1f} min", window.source)
    return None
