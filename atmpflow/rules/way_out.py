"""What must be decided when the step that a journey is at can never be taken any more?

Cells past their expiry are not manufactured, a product past its own is not accepted or given, and
a limit that is reached is not passed. Then the journey waits for the decision that is left, by
name and with its owner, instead of for a step that everybody would be refused.
"""

from dataclasses import dataclass
from datetime import datetime

from atmpflow.events.administration import (
    AdministrationBlocked,
    ConditioningBlocked,
    DoseAdministered,
)
from atmpflow.events.admission import ScreeningRecorded
from atmpflow.events.after import MaterialExpired, ProductExpired
from atmpflow.events.collection import CollectionShort
from atmpflow.events.manufacture import ManufactureStarted
from atmpflow.events.recall import RecallReached
from atmpflow.events.recovery import CollectionFailed, RecollectionOrdered, ReplacementOrdered
from atmpflow.journey import Facts, Recorded
from atmpflow.people import Role
from atmpflow.rules.administration import treated
from atmpflow.rules.attempts import MOST_COLLECTIONS, collections, judge_collecting, judge_supplying
from atmpflow.rules.consent import in_force
from atmpflow.rules.recall import CAUTION
from atmpflow.rules.remaking import MOST_BATCHES, batches, material_expires_at, said_left
from atmpflow.rules.supply import supply

FOR_EVER = frozenset({"expired", "recalled"})
"""Objections of the gate that no waiting cures."""


@dataclass(frozen=True, slots=True)
class WayOut:
    """The command that is left, whose it is, and since when. Times in UTC."""

    command: str
    owner: Role
    since: datetime


def way_out(facts: Facts) -> WayOut | None:
    """The decision a journey waits for instead of its step; none while the step can be taken."""
    step = facts.step
    if step is None or facts.since is None:
        return None
    name = step.command.name
    if name == "record-collection":
        return _before_collecting(facts)
    if name == "place-order":
        return _before_ordering(facts)
    lost = lost_by(facts)
    since = max(facts.since, lost.occurred_at) if lost else facts.since
    if name == "order-remake":
        return None if _remakes(facts) else _anew(facts, facts.since)
    if lost is not None or name in ("order-recollection", "order-replacement"):
        left = _anew(facts, since)
        return None if left.command == name else left
    return None


def lost_by(facts: Facts) -> Recorded | None:
    """What ended the use of the present cells or product for ever, if anything did."""
    stock = supply(facts)
    if treated(facts):
        return None
    if stock is None:
        return _expired(facts, MaterialExpired, material_expires_at(facts))
    return (
        _expired(facts, ProductExpired, stock.expires_at)
        or _blocked(facts)
        or _taken_back(facts, stock.units)
    )


def _expired(
    facts: Facts, kind: type[MaterialExpired | ProductExpired], until: datetime | None
) -> Recorded | None:
    """The event that says so, of the cells that are there now and are not used up."""
    if kind is MaterialExpired and facts.last(ManufactureStarted):
        return None
    told = facts.recorded(kind)
    return told[0] if told and until is not None and told[1].due_at == until else None


def _blocked(facts: Facts) -> Recorded | None:
    """The gate's newest refusal, where no waiting cures it."""
    for kind in (AdministrationBlocked, ConditioningBlocked):
        told = facts.recorded(kind)
        if told and FOR_EVER & {objection.code for objection in told[1].objections}:
            return told[0]
    return None


def _taken_back(facts: Facts, units: tuple[str, ...]) -> Recorded | None:
    """The recall that took these units back."""
    return next(
        (
            row
            for row, event in facts.all(RecallReached)
            if event.recall_class < CAUTION and set(event.units) & set(units)
        ),
        None,
    )


def _before_collecting(facts: Facts) -> WayOut | None:
    """After a failure the patient is screened first; after too many, it is given up."""
    judged = judge_collecting(facts)
    if judged.allowed:
        return None
    kinds = (CollectionShort, CollectionFailed, RecollectionOrdered)
    failed = max(row.occurred_at for kind in kinds for row, _ in facts.ever(kind))
    if collections(facts) >= MOST_COLLECTIONS:
        return WayOut("give-up-supply", Role.PHYSICIAN, failed)
    return WayOut("record-screening", Role.COORDINATOR, failed)


def _before_ordering(facts: Facts) -> WayOut | None:
    """A dose by weight is ordered anew by a weight that is new."""
    ordered, screened = facts.recorded(ReplacementOrdered), facts.recorded(ScreeningRecorded)
    if ordered is None or facts.product.dose.weight_valid_days is None:
        return None
    if screened and screened[0].seq > ordered[0].seq:
        return None
    return WayOut("record-screening", Role.COORDINATOR, ordered[0].occurred_at)


def _remakes(facts: Facts) -> bool:
    return said_left(facts) is not False and batches(facts) < MOST_BATCHES


def _anew(facts: Facts, since: datetime) -> WayOut:
    """Collect or order again where that may still be, else decide that nothing more is done."""
    collected = facts.product.starting_material is not None
    given_up = (
        bool(facts.ever(DoseAdministered))
        or not judge_supplying(facts).allowed
        or (collected and "collection" not in in_force(facts))
    )
    if given_up:
        return WayOut("give-up-supply", Role.PHYSICIAN, since)
    again = "order-recollection" if collected else "order-replacement"
    return WayOut(again, Role.COORDINATOR, since)
