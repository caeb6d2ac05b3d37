"""Letting the simulated site do one thing for a journey."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import Engine

from atmpflow.commands.shipment import RecordTemperatureLog
from atmpflow.journey import Facts
from atmpflow.rules.way_out import way_out
from atmpflow.waits import engine_owes
from desk.simulation.logger import export
from desk.simulation.people import actor
from desk.simulation.signing import signed
from desk.simulation.site import next_move
from models.database import transaction
from models.lookups import facts_of
from models.record import Answer, Request, record
from tasks import clock
from tasks.logger import record_log


def present(engine: Engine, journey: UUID) -> Facts:
    """The facts of a journey now."""
    with transaction(engine) as connection:
        return facts_of(connection, journey)


def play_one(engine: Engine, facts: Facts) -> Answer | None:
    """Send the site's next command; none when the site has nothing to do."""
    step = facts.step
    if step is None or engine_owes(facts) or facts.hold is not None:
        return None
    if step.command is RecordTemperatureLog and way_out(facts) is None:
        at = (facts.since or clock.wall()) + timedelta(minutes=30)
        return record_log(engine, facts.journey, export(facts), actor(step.owner), at=at)
    move = next_move(facts)
    if move is None:
        return None
    key = f"simulated:{facts.journey}:{facts.version}"
    request = Request(move.command, move.actor, key, facts.journey, facts.version)
    return record(engine, signed(engine, request), clock.wall())
