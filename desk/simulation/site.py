"""What the simulated site does next for a journey: one command, by the right person, in time."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from atmpflow.commands import (
    COMMANDS,
    administration,
    admission,
    after,
    collection,
    manufacture,
    recovery,
    shipment,
)
from atmpflow.journey import Facts
from atmpflow.message import Command
from atmpflow.people import Actor, Role
from atmpflow.rules.administration import checks_of
from atmpflow.rules.holds import resumed
from atmpflow.rules.way_out import way_out
from desk.simulation import bedside, making
from desk.simulation.people import actor

Play = Callable[[Facts, datetime], Command]


@dataclass(frozen=True, slots=True)
class Move:
    """A command the site sends, and who sends it."""

    command: Command
    actor: Actor


PLAYS: dict[type[Command], Play] = {
    admission.RecordScreening: making.screen,
    admission.ConfirmEligibility: making.confirm_eligibility,
    admission.RecordPanelDecision: making.panel,
    admission.RecordConsent: making.consent,
    admission.ConfirmSlot: making.confirm_slot,
    admission.ConfirmOrder: making.confirm_order,
    admission.ConfirmAllocation: making.confirm_allocation,
    collection.RecordCollection: making.collect,
    collection.RecordCellCount: making.count,
    recovery.OrderRecollection: making.collect_again,
    recovery.OrderReplacement: making.order_again,
    recovery.GiveUpSupply: making.give_up,
    shipment.PackShipment: making.pack,
    shipment.CollectShipment: making.pick_up,
    shipment.DeliverShipment: making.deliver,
    shipment.ReceiveShipment: making.receive,
    shipment.DecideDeviation: making.decide_deviation,
    shipment.AcceptProduct: making.accept_product,
    manufacture.StartManufacture: making.start_manufacture,
    manufacture.CompleteManufacture: making.complete_manufacture,
    manufacture.RecordQualityResults: making.results,
    manufacture.CertifyBatch: making.certify,
    administration.StartConditioning: bedside.start_conditioning,
    administration.CompleteConditioning: bedside.complete_conditioning,
    administration.PrescribeDose: bedside.prescribe,
    administration.CheckIdentity: bedside.check,
    administration.ThawProduct: bedside.thaw,
    administration.PrepareDose: bedside.prepare,
    administration.AdministerDose: bedside.give,
    after.CompleteMonitoring: bedside.complete_monitoring,
    after.RecordFollowUp: bedside.visit,
}
"""What the site does for each command a person owes; the logger's file is in `logger.py`."""


def next_move(facts: Facts) -> Move | None:
    """The site's next command for a journey; none while the engine itself must act."""
    step, since, left = facts.step, resumed(facts), way_out(facts)
    if step is None or since is None:
        return None
    if left is not None:
        kind = COMMANDS[left.command]
        return Move(PLAYS[kind](facts, max(since, left.since)), actor(left.owner))
    if step.owner is Role.SYSTEM:
        return None
    play = PLAYS.get(step.command)
    if play is None:
        return None
    command = play(facts, since)
    checks = isinstance(command, administration.CheckIdentity)
    person = 1 + len(checks_of(facts, command.phase)) if checks else 1
    role = step.owner if step.owner in command.roles else min(command.roles)
    return Move(command, actor(role, person))
