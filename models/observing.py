"""Keeping what organisations and trials can show, and what was seen of the installation."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from atmpflow.errors import Refused
from atmpflow.people import Actor, Role
from models.authority import require_authority
from models.database import Connection

OBSERVE = (
    "INSERT INTO observation (kind, observed_at, well, seconds, found) VALUES (%s, %s, %s, %s, %s)"
)
BACKUP = "INSERT INTO backup_made (made_at, sha256, size_bytes) VALUES (%s, %s, %s)"
MAY_RECORD = frozenset({Role.COMPLIANCE, Role.PHARMACOVIGILANCE, Role.LABORATORY})
"""Who puts approvals, licences, calibrations and periodic reports on record."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen of one part of the installation at one moment."""

    kind: str
    at: datetime
    well: bool
    found: str
    seconds: float | None = None


def observe(connection: Connection, seen: Seen) -> None:
    """Keep what was seen."""
    connection.execute(OBSERVE, (seen.kind, seen.at, seen.well, seen.seconds, seen.found[:200]))


def backed_up(connection: Connection, at: datetime, sha256: bytes, size_bytes: int) -> None:
    """Keep that a backup was made: of which bytes, and when; never where it is."""
    connection.execute(BACKUP, (at, sha256, size_bytes))


def database_time(connection: Connection) -> datetime:
    """The database's own clock."""
    row: Any = connection.execute("SELECT clock_timestamp()").fetchone()
    return row[0]


def approve(connection: Connection, values: Mapping[str, Any], *, by: Actor, now: datetime) -> None:
    """Put an approval of a trial on record. Raises Refused."""
    _require_interval(values["valid_from"], values["valid_until"])
    _keep(connection, "approval", values, by=by, now=now)


def license_(
    connection: Connection, values: Mapping[str, Any], *, by: Actor, now: datetime
) -> None:
    """Put a licence of an organisation on record. Raises Refused."""
    _require_interval(values["valid_from"], values["valid_until"])
    _require_known(connection, values["organisation"])
    _keep(connection, "licence", values, by=by, now=now)


def calibrated(
    connection: Connection, values: Mapping[str, Any], *, by: Actor, now: datetime
) -> None:
    """Put a calibration of a device on record. Raises Refused."""
    _require_interval(values["calibrated_at"], values["due_at"])
    _keep(connection, "calibration", values, by=by, now=now)


def report_sent(
    connection: Connection, values: Mapping[str, Any], *, by: Actor, now: datetime
) -> None:
    """Put on record that a periodic report of a trial was sent. Raises Refused."""
    _keep(connection, "periodic_report", values, by=by, now=now)


def _require_interval(since: date, until: date) -> None:
    if since >= until:
        raise Refused(
            "expiry-impossible",
            "until",
            "It would end before it begins.",
            "Give a day after the first.",
        )


def _require_known(connection: Connection, code: str) -> None:
    asked = "SELECT FROM organisation WHERE ods_code = %s"
    if connection.execute(asked, (code,)).fetchone() is None:
        raise Refused(
            "organisation-unknown",
            "organisation",
            "No organisation has this code.",
            "Look it up: atmpflow organisations.",
        )


def _keep(
    connection: Connection, table: str, values: Mapping[str, Any], *, by: Actor, now: datetime
) -> None:
    if by.role not in MAY_RECORD:
        raise Refused(
            "role-not-allowed",
            "actor.role",
            "The compliance officer, pharmacovigilance and the cell laboratory put this on record.",
            "Ask one of them.",
        )
    require_authority(connection, by, f"record-{table}", now)
    whole = {**values, "recorded_by": by.id}
    names, places = ", ".join(whole), ", ".join(["%s"] * len(whole))
    query = f"INSERT INTO {table} ({names}) VALUES ({places})"  # noqa: S608 - our own words
    connection.execute(query.encode(), tuple(whole.values()))
