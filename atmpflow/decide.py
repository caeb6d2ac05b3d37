"""From a command and the facts to the events that follow, or a refusal with every reason."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from atmpflow.commands import administration as ask_administration
from atmpflow.commands import admission as ask_admission
from atmpflow.commands import after as ask_after
from atmpflow.commands import collection as ask_collection
from atmpflow.commands import consent as ask_consent
from atmpflow.commands import contact as ask_contact
from atmpflow.commands import damage as ask_damage
from atmpflow.commands import duties as ask_duties
from atmpflow.commands import exception as ask_exception
from atmpflow.commands import harm as ask_harm
from atmpflow.commands import identity as ask_identity
from atmpflow.commands import manufacture as ask_manufacture
from atmpflow.commands import patient as ask_patient
from atmpflow.commands import recall as ask_recall
from atmpflow.commands import recovery as ask_recovery
from atmpflow.commands import remaking as ask_remaking
from atmpflow.commands import shipment as ask_shipment
from atmpflow.course import AFTER_THE_END, AT_ANY_TIME, WHILE_HELD
from atmpflow.decisions import (
    administration,
    admission,
    after,
    collection,
    consent,
    contact,
    damage,
    duties,
    exception,
    harm,
    identity,
    manufacture,
    patient,
    recall,
    recovery,
    remaking,
    shipment,
)
from atmpflow.errors import Refused
from atmpflow.journey import Facts, stage_named
from atmpflow.message import Command, Event
from atmpflow.people import Actor, Role
from atmpflow.rules.holds import held_during

Decision = Callable[[Any, Facts, datetime], list[Event]]
SignedDecision = Callable[[Any, Facts, datetime, Actor], list[Event]]

_ROOMS = (
    (ask_admission, admission),
    (ask_collection, collection),
    (ask_shipment, shipment),
    (ask_manufacture, manufacture),
    (ask_administration, administration),
    (ask_after, after),
    (ask_duties, duties),
    (ask_identity, identity),
    (ask_consent, consent),
    (ask_patient, patient),
    (ask_recall, recall),
    (ask_harm, harm),
    (ask_contact, contact),
    (ask_recovery, recovery),
    (ask_remaking, remaking),
    (ask_exception, exception),
    (ask_damage, damage),
)

DECISIONS: dict[type[Command], Decision | SignedDecision] = {
    kind: getattr(decisions, kind.name.replace("-", "_"))
    for commands, decisions in _ROOMS
    for kind in vars(commands).values()
    if isinstance(kind, type)
    and issubclass(kind, Command)
    and kind not in (Command, ask_admission.Refer)
}
"""The function of each command, found by its name; `refer` opens a journey (opening.py)."""

PERSONAL = frozenset(
    {
        ask_administration.CheckIdentity,
        ask_after.LiftHold,
        ask_duties.FulfilDuty,
        ask_exception.RequestOosProduct,
        ask_identity.RelabelUnit,
    }
)
"""Commands whose outcome depends on which person asks."""

SKEW = timedelta(minutes=5)
"""How far a reporter's clock may run ahead of ours."""


def authorise(command: Command, actor: Actor) -> None:
    """Deny by default: only the roles a command names may ask it."""
    if actor.role not in command.roles:
        roles = ", ".join(sorted(command.roles))
        raise Refused(
            "role-not-allowed",
            "actor.role",
            f"{actor.role} may not {command.name}.",
            f"This command belongs to: {roles}.",
        )


def require_possible_time(occurred_at: datetime, now: datetime) -> None:
    """Nothing has happened in the future."""
    if occurred_at > now + SKEW:
        raise Refused(
            "date-in-future",
            "occurred_at",
            "That moment has not come yet.",
            "Give the time at which it happened, with its time zone.",
        )


def _require_open(command: Command, facts: Facts) -> None:
    if facts.ended and type(command) not in AFTER_THE_END:
        raise Refused(
            "journey-ended", "", f"The journey has ended ({facts.ended}).", "Open a new referral."
        )
    if facts.hold is not None and type(command) not in WHILE_HELD:
        raise Refused(
            "journey-held",
            "",
            f"The journey is on hold ({facts.hold.event.name}).",
            "Two people must agree with lift-hold before anything moves.",
        )


def _require_turn(command: Command, facts: Facts) -> None:
    step = facts.step
    if step is None or type(command) in AT_ANY_TIME:
        return
    also = stage_named(facts.stages, facts.stage).also
    if type(command) not in (step.command, *step.also, *also):
        raise Refused(
            "out-of-order",
            "",
            f"The journey is at {facts.stage} and waits for {step.command.name} ({step.owner}).",
            f"Record {step.command.name} first, or look at the journey again.",
        )


def _require_sequence(command: Command, facts: Facts) -> None:
    """A step cannot have happened before the step it follows."""
    if type(command) in AT_ANY_TIME or facts.since is None:
        return
    if command.occurred_at < facts.since:
        raise Refused(
            "date-before-previous",
            "occurred_at",
            f"The step before happened at {facts.since:%Y-%m-%d %H:%M:%S} UTC.",
            "Give the time at which this step happened, with its time zone.",
        )


def _require_free(command: Command, facts: Facts) -> None:
    """An earlier time does not undo a hold."""
    hold = held_during(command, facts)
    if hold is not None:
        raise Refused(
            "date-during-hold",
            "occurred_at",
            f"The journey was on hold from {hold.since:%Y-%m-%d %H:%M:%S} until"
            f" {hold.until:%Y-%m-%d %H:%M:%S} UTC.",
            "Give the time at which it happened; if it was then, place a hold: it is a deviation.",
        )


def decide(command: Command, facts: Facts, now: datetime, actor: Actor) -> list[Event]:
    """The events that follow from a command.

    Raises Refused, with code, field and remedy, when the command may not be carried out.
    """
    authorise(command, actor)
    require_possible_time(command.occurred_at, now)
    _require_open(command, facts)
    _require_turn(command, facts)
    _require_sequence(command, facts)
    _require_free(command, facts)
    if actor.role is Role.QP and isinstance(
        command, ask_manufacture.CertifyBatch | ask_manufacture.RejectBatch
    ):
        manufacture.require_independent(actor.id, facts)
    decision: Any = DECISIONS[type(command)]
    if type(command) in PERSONAL:
        return decision(command, facts, now, actor)
    return decision(command, facts, now)
