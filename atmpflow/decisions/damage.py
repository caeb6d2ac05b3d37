"""A product damaged before it was given: what follows from each command."""

from datetime import datetime

from atmpflow.commands import damage as ask
from atmpflow.decisions.guard import missing_from, require_right
from atmpflow.decisions.mismatch import mismatched
from atmpflow.decisions.remaking import give_up
from atmpflow.events import damage as fact
from atmpflow.events.administration import ConditioningStarted
from atmpflow.journey import Facts
from atmpflow.message import Event, event_of
from atmpflow.rules.administration import next_dose
from atmpflow.rules.supply import damaged, supply, usable


def require_undamaged(unit: str, facts: Facts) -> None:
    """What was written off as damaged is neither prepared nor given."""
    require_right(
        unit not in damaged(facts),
        "unit-damaged",
        "scanned_unit",
        "This unit was written off as damaged.",
        "Stop. Do not thaw or give it; scan the unit that was checked.",
    )


def report_damage(command: ask.ReportDamage, facts: Facts, now: datetime) -> list[Event]:
    stock, units = supply(facts), usable(facts)
    own = stock.units if stock else ()
    if stopped := mismatched(command, facts, "preparation", units=own):
        return stopped
    require_right(
        command.scanned_unit in units,
        "unit-not-in-use",
        "scanned_unit",
        "This unit was given, or written off as damaged, before.",
        "Scan the label of the unit that is damaged now.",
    )
    broken = event_of(fact.ProductDamaged, command)
    left = missing_from(units, (command.scanned_unit,))
    given = next_dose(facts) - 1
    needed = len(facts.product.dose.days) - given
    if stock and stock.expires_at > command.occurred_at and len(left) >= needed:
        return [broken]
    conditioned = facts.last(ConditioningStarted) is not None
    lost = fact.DoseLost(doses_given=given, units_left=len(left), conditioned=conditioned)
    return [broken, lost]


def give_up_product(command: ask.GiveUpProduct, facts: Facts, now: datetime) -> list[Event]:
    return give_up(facts, fact.ProductGivenUp)
