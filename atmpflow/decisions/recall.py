"""A recall that reaches a journey: what follows."""

from datetime import datetime

from atmpflow.commands import recall as ask
from atmpflow.events import recall as fact
from atmpflow.events.administration import DoseAdministered
from atmpflow.journey import Facts
from atmpflow.message import Event, event_of
from atmpflow.rules.consent import left_over


def notify_recall(command: ask.NotifyRecall, facts: Facts, now: datetime) -> list[Event]:
    if any(event.recall == command.recall for _, event in facts.all(fact.RecallReached)):
        return []
    doses = {event.scanned_unit for _, event in facts.all(DoseAdministered)}
    given = bool(doses & set(command.units))
    return [event_of(fact.RecallReached, command, keeper=left_over(facts).keeper, given=given)]
