"""The patient while the product is made, and death at any time: what follows."""

from datetime import datetime

from atmpflow.commands import patient as ask
from atmpflow.decisions.guard import require_right
from atmpflow.events import patient as fact
from atmpflow.events.administration import DoseAdministered
from atmpflow.events.after import Died, PatientDied
from atmpflow.events.consent import LeftOver
from atmpflow.journey import Facts
from atmpflow.message import Event, event_of
from atmpflow.rules.administration import treated
from atmpflow.rules.consent import left_over


def assess_fitness(command: ask.AssessFitness, facts: Facts, now: datetime) -> list[Event]:
    return [event_of(fact.FitnessAssessed, command)]


def record_deterioration(
    command: ask.RecordDeterioration, facts: Facts, now: datetime
) -> list[Event]:
    require_right(
        not treated(facts),
        "already-treated",
        "",
        "All doses were given.",
        "Grade it with grade-toxicity, or report it with report-adverse-event.",
    )
    return [event_of(fact.PatientDeteriorated, command)]


def record_death(command: ask.RecordDeath, facts: Facts, now: datetime) -> list[Event]:
    require_right(
        not facts.last(PatientDied),
        "death-recorded",
        "",
        "The death is on record.",
        "Look at the journey: atmpflow journey ID.",
    )
    at = command.died_at
    require_right(
        at is None or at <= command.occurred_at,
        "date-impossible",
        "died_at",
        "The death lies after it became known.",
        "Give the time of death; --at is when it became known.",
    )
    return [death(command, facts)]


def death(died: Died, facts: Facts) -> PatientDied:
    """The death with what it leaves to be done: the cells, and who is owed a report."""
    # What is left over of a journey that has ended was dealt with then.
    left = LeftOver() if facts.ended else left_over(facts)
    said = {field: getattr(died, field) for field in Died.model_fields}
    return PatientDied(
        **said,
        **dict(left),
        trial=facts.referral.trial is not None,
        treated=facts.last(DoseAdministered) is not None,
    )
