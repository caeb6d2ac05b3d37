"""What the simulated site would send next, with unit numbers that differ in one character."""

from datetime import datetime, timedelta

from sqlalchemy import Engine

from atmpflow.commands.admission import ConfirmOrder
from atmpflow.commands.collection import RecordCollection
from atmpflow.commands.manufacture import CompleteManufacture
from atmpflow.commands.shipment import RecordTemperatureLog
from atmpflow.events.shipment import CourierBooked
from atmpflow.journey import Facts
from atmpflow.message import Command
from atmpflow.people import Actor, Role
from desk.simulation.logger import export
from desk.simulation.people import actor
from desk.simulation.site import next_move
from models.record import Answer, Request, record
from tasks.logger import record_log


def _look_alike(command: Command, facts: Facts, number: int) -> Command:
    """The same command about units whose numbers are those of others but for one character."""
    attempt = facts.version
    if isinstance(command, RecordCollection):
        return command.model_copy(update={"unit": f"G1517{number:02d}{attempt:06d}"})
    if isinstance(command, CompleteManufacture | ConfirmOrder):
        made = tuple(f"U-{attempt:02d}-00{number}-{n}" for n, _ in enumerate(command.units))
        return command.model_copy(update={"units": made})
    return command


def _log(facts: Facts) -> Command:
    """The leg's log, as its receiver reads it."""
    assert facts.since is not None
    log = export(facts)
    return RecordTemperatureLog(
        occurred_at=facts.since + timedelta(minutes=30),
        logger=log.logger,
        file_sha256=log.sha256.hex(),
        readings=len(log.content.splitlines()) - 1,
    )


def honest(facts: Facts, number: int) -> tuple[Command, Actor]:
    """The right command by the right person, for a journey that waits for somebody."""
    assert facts.step is not None
    assert facts.step.owner is not Role.SYSTEM
    if facts.step.command is RecordTemperatureLog:
        return _log(facts), actor(facts.step.owner)
    move = next_move(facts)
    if move is None:
        raise LookupError(f"the site does not play {facts.step.command.name}")
    command = _look_alike(move.command, facts, number)
    if facts.since is not None and command.occurred_at < facts.since:
        command = command.model_copy(update={"occurred_at": facts.since})
    return command, move.actor


def key_of(facts: Facts, command: Command, otherwise: str) -> str:
    """The key under which the site sends this; a log has its own, from the file."""
    booked = facts.last(CourierBooked)
    if isinstance(command, RecordTemperatureLog) and booked is not None:
        return f"log:{booked.shipment}:{command.file_sha256}"
    return otherwise


def send(app: Engine, facts: Facts, request: Request, now: datetime) -> Answer:
    """Send it by the door that it belongs to: a log with its file, all else as it is."""
    command = request.command
    if isinstance(command, RecordTemperatureLog):
        at = command.occurred_at
        return record_log(app, request.journey, export(facts), request.actor, at=at)
    return record(app, request, now)
