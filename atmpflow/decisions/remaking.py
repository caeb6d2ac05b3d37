"""A batch that failed, and another one made: what follows from each command."""

from datetime import datetime

from atmpflow.commands import remaking as ask
from atmpflow.decisions.guard import missing_from, require
from atmpflow.decisions.manufacture import require_batch
from atmpflow.errors import Refused
from atmpflow.events import remaking as fact
from atmpflow.events.administration import DoseAdministered
from atmpflow.events.collection import CollectionCompleted
from atmpflow.events.consent import TreatmentStopped
from atmpflow.events.damage import ProductGivenUp
from atmpflow.events.manufacture import BatchOpened
from atmpflow.journey import Facts
from atmpflow.message import Event, event_of
from atmpflow.rules.consent import left_over
from atmpflow.rules.remaking import batches, judge_remake
from atmpflow.rules.supply import damaged, supply


def report_manufacture_failure(
    command: ask.ReportManufactureFailure, facts: Facts, now: datetime
) -> list[Event]:
    require_batch(command.batch, facts)
    return [event_of(fact.ManufactureFailed, command)]


def order_remake(command: ask.OrderRemake, facts: Facts, now: datetime) -> list[Event]:
    require(
        judge_remake(facts, expires_at=command.material_expires_at, now=command.occurred_at),
        code="no-remake",
        field="",
        remedy="Collect again with order-recollection, or give-up-manufacture (give-up-product).",
    )
    collected, opened, stock = (
        facts.last(CollectionCompleted),
        facts.last(BatchOpened),
        supply(facts),
    )
    if collected is None or opened is None:
        raise Refused("out-of-order", "", "No batch was begun.", "Begin manufacture first.")
    gone = (*(event.scanned_unit for _, event in facts.ever(DoseAdministered)), *damaged(facts))
    ordered = event_of(
        fact.RemakeOrdered,
        command,
        attempt=batches(facts) + 1,
        material=collected.unit,
        units=missing_from(stock.units if stock else (), gone),
        batch=opened.batch,
    )
    return [ordered]


def give_up(facts: Facts, over: type[fact.ManufactureGivenUp | ProductGivenUp]) -> list[Event]:
    """It is over, unless a dose was given: then the patient is still watched over."""
    left, doses = dict(left_over(facts)), len(facts.ever(DoseAdministered))
    return [TreatmentStopped(doses=doses, **left) if doses else over(**left)]


def give_up_manufacture(command: ask.GiveUpManufacture, facts: Facts, now: datetime) -> list[Event]:
    return give_up(facts, fact.ManufactureGivenUp)
