"""Duties beside the course of a journey: what follows from each command."""

from datetime import datetime

from atmpflow.commands import duties as ask
from atmpflow.decisions.guard import require_right
from atmpflow.duties import duty_named, open_duties
from atmpflow.errors import Refused
from atmpflow.events import duties as fact
from atmpflow.journey import Facts
from atmpflow.message import Event, event_of
from atmpflow.people import Actor


def fulfil_duty(command: ask.FulfilDuty, facts: Facts, now: datetime, actor: Actor) -> list[Event]:
    duty = duty_named(facts, command.duty)
    if duty is None:
        names = ", ".join(one.name for one in open_duties(facts)) or "none"
        raise Refused("duty-unknown", "duty", "This journey has no such duty.", f"Open: {names}.")
    require_right(
        duty.open,
        "duty-fulfilled",
        "duty",
        "This duty was fulfilled before.",
        "Look at the journey: atmpflow journey ID.",
    )
    require_right(
        actor.role is duty.owner,
        "role-not-allowed",
        "actor.role",
        f"This duty is the {duty.owner}'s.",
        f"Somebody who acts as {duty.owner} fulfils it.",
    )
    require_right(
        command.occurred_at >= duty.since,
        "date-before-previous",
        "occurred_at",
        f"The duty began at {duty.since:%Y-%m-%d %H:%M:%S} UTC.",
        "Give the time at which it was done, with its time zone.",
    )
    return [event_of(fact.DutyFulfilled, command)]
