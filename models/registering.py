"""Putting loggers on the register, and looking up what it says of one at a moment."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import psycopg

from atmpflow.errors import Refused
from atmpflow.people import Actor
from atmpflow.rights import Span
from atmpflow.rules.logger import Registered
from models.authority import require_authority
from models.database import Connection
from models.observing import MAY_RECORD
from models.rejection import explain

ADD = """
INSERT INTO logger (serial, model, sensor, unit, zone, interval_s, owner, sender, standing,
    valid_from, recorded_by) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
SAYS = "serial, model, sensor, unit, zone, interval_s, owner, sender"
NEWEST = "SELECT {says}, standing FROM logger WHERE serial = %s AND valid_from <= %s"
AS_OF = f"{NEWEST.format(says=SAYS)} ORDER BY valid_from DESC, number DESC LIMIT 1"
EVERY = f"""
SELECT DISTINCT ON (serial) {SAYS}, standing, valid_from,
    (SELECT max(c.due_at) FROM calibration c WHERE c.device = serial AND c.kind = 'logger')
FROM logger ORDER BY serial, valid_from DESC, number DESC
"""  # noqa: S608 - our own words
CALIBRATED = (
    "SELECT calibrated_at, due_at FROM calibration WHERE device = %s AND kind = 'logger'"
    " ORDER BY calibrated_at"
)


def register(
    connection: Connection,
    logger: Registered,
    since: datetime,
    *,
    by: Actor,
    now: datetime,
    in_use: bool = True,
) -> None:
    """Put a logger on the register from a moment on, or out of use. Raises Refused."""
    if by.role not in MAY_RECORD:
        raise Refused(
            "role-not-allowed",
            "actor.role",
            "The compliance officer, pharmacovigilance and the cell laboratory register loggers.",
            "Ask one of them.",
        )
    require_authority(connection, by, "register-logger", now)
    says = (logger.serial, logger.model, logger.sensor, logger.unit, logger.zone)
    whose = (logger.interval_s, logger.owner, logger.sender)
    standing = "in-use" if in_use else "withdrawn"
    try:
        connection.execute(ADD, (*says, *whose, standing, since, by.id))
    except psycopg.errors.IntegrityError as error:
        raise explain(error) from None


def registered(connection: Connection, serial: str, at: datetime) -> Registered | None:
    """What the register says of a logger at a moment; none where it is not in use."""
    row: Any = connection.execute(AS_OF, (serial, at)).fetchone()
    if row is None or row[-1] != "in-use":
        return None
    return Registered(*row[:-1])


def calibrations(connection: Connection, serial: str) -> Sequence[Span]:
    """From when until when each calibration of a logger holds."""
    rows: Any = connection.execute(CALIBRATED, (serial,)).fetchall()
    return [Span(since, until) for since, until in rows]


def register_now(connection: Connection) -> list[tuple[Registered, str, datetime, datetime | None]]:
    """Every logger as it was registered last: its standing, from when, and calibrated until."""
    rows: Any = connection.execute(EVERY).fetchall()
    return [(Registered(*row[:-3]), *row[-3:]) for row in rows]
