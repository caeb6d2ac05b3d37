"""Temperatures that partners sent bit by bit: gathered into the log of a leg once it has ended."""

import csv
import io
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Engine

from atmpflow.commands.shipment import RecordTemperatureLog
from atmpflow.epcis.document import Reported, read_event
from atmpflow.epcis.meaning import Temperature, meaning
from atmpflow.epcis.naming import device_is
from atmpflow.errors import Refused
from atmpflow.events.shipment import CourierBooked, ShipmentDelivered, ShipmentPacked
from atmpflow.journey import Facts
from atmpflow.people import Actor, Role
from models.database import Connection, transaction
from models.lookups import facts_of
from tasks.logger import LoggerExport, record_log
from tasks.loggers.reader import GATHERED

WAITING = """
SELECT DISTINCT s.id, s.journey_id FROM shipment s JOIN epcis_outcome o ON o.shipment_id = s.id
WHERE s.received_at IS NOT NULL AND s.log_sha256 IS NULL
"""
SENT = """
SELECT e.content, e.prefixes, e.partner FROM epcis_event e
WHERE e.declared = '' AND e.number IN (SELECT number FROM epcis_outcome WHERE shipment_id = %s)
    AND NOT EXISTS (SELECT FROM epcis_event w WHERE w.hash = e.hash AND w.declared <> '')
ORDER BY e.number
"""


def complete_logs(engine: Engine, *, now: datetime) -> list[UUID]:
    """Record the log of every leg that waits for one and was measured to its end; which journeys.

    The last reading must be no earlier than the delivery: until then more may come. A log that is
    refused waits for a person, who finds the refusal among the rejected commands.
    """
    with transaction(engine) as connection:
        rows: Any = connection.execute(WAITING).fetchall()
    return [journey for shipment, journey in rows if _complete(engine, shipment, journey, now)]


def _complete(engine: Engine, shipment: UUID, journey: UUID, now: datetime) -> bool:
    with transaction(engine) as connection:
        facts = facts_of(connection, journey)
        if not waits_for_log(facts, shipment):
            return False
        found, partner = _gathered(connection, shipment, facts)
    delivered = facts.when(ShipmentDelivered)
    if not found or delivered is None or found[-1].at < delivered:
        return False
    try:
        export = _export(found, facts)
        record_log(engine, journey, export, Actor(partner, Role.COURIER), at=now)
    except Refused:
        return False
    return True


def waits_for_log(facts: Facts, shipment: UUID) -> bool:
    """Is the log of this shipment what the journey waits for?"""
    booked, step = facts.last(CourierBooked), facts.step
    here = booked is not None and booked.shipment == shipment
    return here and step is not None and step.command is RecordTemperatureLog


def _gathered(
    connection: Connection, shipment: UUID, facts: Facts
) -> tuple[list[Temperature], str]:
    """Readings of the logger that was packed, oldest first, and who sent the last of them."""
    packed = facts.last(ShipmentPacked)
    rows: Any = connection.execute(SENT, (shipment,)).fetchall()
    found: list[Temperature] = []
    partner = ""
    for content, prefixes, sender in rows:
        event = read_event(content, 0, path="$", prefixes=prefixes)
        if packed is not None and isinstance(event, Reported):
            own = _of_logger(meaning(event).temperatures, packed.logger)
            found.extend(own)
            partner = sender if own else partner
    return sorted(set(found), key=lambda one: (one.at, one.celsius)), partner


def _of_logger(temperatures: Iterable[Temperature], serial: str) -> list[Temperature]:
    """A sensor that is not named could be any: its readings are not taken."""
    return [one for one in temperatures if one.device and device_is(one.device, serial)]


def _export(found: Iterable[Temperature], facts: Facts) -> LoggerExport:
    """The readings as a file of our own format: UTC, degrees Celsius."""
    packed = facts.last(ShipmentPacked)
    assert packed is not None  # noqa: S101 - its readings were gathered by it
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("timestamp", "temp_c"))
    writer.writerows((f"{one.at:%Y-%m-%d %H:%M:%S.%f}", f"{one.celsius:g}") for one in found)
    return LoggerExport(text.getvalue().encode(), "epcis.csv", packed.logger, format=GATHERED)
