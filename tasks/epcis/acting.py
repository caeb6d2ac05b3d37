"""Acting on a partner's event: a courier's milestone becomes the courier's own command.

What does not match for certain is kept with a code and listed; it is tried again when the partner
sends it again.
"""

from datetime import datetime

from sqlalchemy import Engine

from atmpflow.commands.shipment import CollectShipment, DeliverShipment
from atmpflow.epcis.meaning import Meaning, meaning
from atmpflow.errors import Refused
from atmpflow.message import Command
from atmpflow.people import Actor
from models.capturing import Kept, Leg, Outcome, keep_outcome, leg_of, outcome_of
from models.database import Connection, transaction
from models.record import Request, record

AGAIN = (None, "refused", "unknown")
"""Outcomes after which an event is tried once more when it comes again."""

DECLARED_WRONG = "declared-wrong"
"""Of a partner who takes back what concerned a journey: somebody has to look."""


def act(engine: Engine, kept: Kept, actor: Actor, *, now: datetime) -> None:
    """Do what an event asks for, and keep what became of it."""
    said = meaning(kept.reported)
    with transaction(engine) as connection:
        if outcome_of(connection, kept.number) not in AGAIN:
            return
        leg = _leg(connection, kept.number, said, now)
    if leg is None:
        return
    outcome = _tried(engine, kept, actor, said=said, leg=leg, now=now)
    with transaction(engine) as connection:
        keep_outcome(connection, kept.number, outcome, now)


def _tried(
    engine: Engine, kept: Kept, actor: Actor, *, said: Meaning, leg: Leg, now: datetime
) -> Outcome:
    try:
        command = _command(said, leg)
        if command is None:
            return Outcome("readings" if said.temperatures else "known", leg)
        key = f"epcis:{kept.reported.hash}"
        record(engine, Request(command, actor, key, leg.journey), now)
    except Refused as refused:
        return Outcome("refused", leg, code=refused.code)
    return Outcome("recorded", leg, command=command.name)


def _leg(connection: Connection, number: int, said: Meaning, now: datetime) -> Leg | None:
    """The shipment to act on; where there is none, why is kept."""
    if not said.concerns:
        keep_outcome(connection, number, Outcome("nothing"), now)
        return None
    leg = DECLARED_WRONG if said.withdrawn else leg_of(connection, said)
    if isinstance(leg, Leg):
        return leg
    keep_outcome(connection, number, Outcome("unknown", code=leg), now)
    return None


def _command(said: Meaning, leg: Leg) -> Command | None:
    """The command of a milestone; none where the record already says so. Raises Refused."""
    if said.milestone == "collected" and leg.collected_at is None:
        return _collect(said)
    if said.milestone == "delivered" and leg.delivered_at is None:
        return DeliverShipment(occurred_at=said.happened_at, scanned_shipper=_scanned(said))
    return None


def _collect(said: Meaning) -> CollectShipment:
    if said.seal is None:
        raise Refused(
            "seal-missing",
            "atmpflow:seal",
            "The event does not say which seal was read at collection.",
            "Send the seal's number as atmpflow:seal, or record the collection by hand.",
        )
    scanned = _scanned(said)
    return CollectShipment(occurred_at=said.happened_at, seal=said.seal, scanned_shipper=scanned)


def _scanned(said: Meaning) -> str:
    if len(said.sscc) != 1:
        raise Refused(
            "shipper-not-named",
            "epcList",
            "The event does not name the shipper that was scanned.",
            "Send the shipper's SSCC in epcList, or record the milestone by hand.",
        )
    return said.sscc[0]
