"""The whole record of one journey as plain values: what a passport is made of, in one snapshot."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from psycopg.rows import dict_row
from sqlmodel import SQLModel

from models.administration import Administration, Consent, IdentityCheck, Visit
from models.batch import Batch
from models.chain import canonical, moment_text
from models.changes import table_name
from models.database import Connection
from models.deviation import Deviation
from models.duty import Duty
from models.lookups import unknown_journey
from models.material import Custody, LabelPrint, Unit, UnitLabel
from models.recall import MaterialLot, RecallNotice
from models.replay import compare
from models.scheduling import SlotBooking
from models.shipment import Shipment
from models.signature import TrailReview

Part = list[dict[str, Any]]

TABLES: Mapping[str, tuple[type[SQLModel], str]] = {
    "consents": (Consent, "scope"),
    "units": (Unit, "kind, unit"),
    "labels": (UnitLabel, "unit, version"),
    "prints": (LabelPrint, "printed_at, kind, subject, copy_number"),
    "custody": (Custody, "unit, starts_at"),
    "shipments": (Shipment, "packed_at, id"),
    "batches": (Batch, "opened_at, batch"),
    "lots": (MaterialLot, "seq, kind, lot"),
    "deviations": (Deviation, "seq, unit"),
    "identity_checks": (IdentityCheck, "seq"),
    "doses": (Administration, "dose"),
    "visits": (Visit, "day"),
    "slots": (SlotBooking, "seq, kind"),
    "duties": (Duty, "due_at, name"),
    "recalls": (RecallNotice, "seq"),
    "reviews": (TrailReview, "reviewed_at, account"),
}
"""Tables that are handed on whole, and the order of their rows."""

LEFT_OUT = frozenset({"journey_id", "kept_at"})

EVENTS = """
SELECT journey_id, seq, name, stage, actor, role, occurred_at, recorded_at, command_id, payload,
    previous, hash
FROM ledger WHERE journey_id = %s ORDER BY seq
"""

# What was refused is not repeated: it may be of another patient. Its digest says which it was.
COMMANDS = """
SELECT id, name, actor, role, received_at, outcome, version, content_hash, source,
    CASE WHEN outcome = 'rejected' THEN NULL ELSE payload END AS payload,
    code, field, message, remedy
FROM command WHERE journey_id = %s ORDER BY received_at, id
"""

SIGNATURES = """
SELECT s.id, s.account, s.printed_name, s.role, s.meaning, s.version, s.hash, s.methods,
    s.auth_time, s.signed_at, u.version + 1 AS event, u.command_id,
    coalesce(v.reason, b.reason) AS void
FROM signature s
LEFT JOIN signature_use u ON u.signature_id = s.id
LEFT JOIN signature_void v ON v.signature_id = s.id
LEFT JOIN signature_broken b ON b.signature_id = s.id
WHERE s.record_kind = 'journey' AND s.record_id = %s::text ORDER BY s.signed_at, s.id
"""

FILES = """
SELECT f.sha256, f.shipment_id, f.logger, f.received_at, f.format, f.unit, f.zone, f.interval_s,
    f.sensor, octet_length(f.content) AS bytes
FROM logger_file f JOIN shipment s ON s.id = f.shipment_id
WHERE s.journey_id = %s ORDER BY f.received_at, f.sha256
"""

FINDINGS = """
SELECT id, check_id, severity, owner, found, opened_at, closed_at, closed_how, decided_by,
    decided_role, justification
FROM finding WHERE journey_id = %s ORDER BY opened_at, id
"""

PLACES = """
SELECT o.ods_code, o.name, o.kind FROM organisation o
WHERE o.ods_code IN (
    SELECT centre FROM journey WHERE id = %(j)s
    UNION SELECT payload ->> 'referring_organisation' FROM ledger
    WHERE journey_id = %(j)s AND seq = 1)
ORDER BY o.ods_code
"""

VERIFIED = """
SELECT observed_at, well, found FROM observation WHERE kind = 'trail'
ORDER BY observed_at DESC LIMIT 1
"""


def whole_record(connection: Connection, journey: UUID) -> dict[str, Any]:
    """Everything that is on record of a journey, as of one moment; nobody's identity.

    It must be the first thing in its transaction. Raises Refused `journey-unknown`.
    """
    connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
    head = _rows(connection, "SELECT * FROM journey WHERE id = %s", journey)
    if not head:
        raise unknown_journey()
    queries = {"events": EVENTS, "commands": COMMANDS, "signatures": SIGNATURES}
    queries |= {name: _query(*one) for name, one in TABLES.items()}
    queries |= {"files": FILES, "findings": FINDINGS}
    parts = {name: _rows(connection, query, journey) for name, query in queries.items()}
    parts["events"] = [_as_sealed(one) for one in parts["events"]]
    parts["commands"] = [_as_said(one) for one in parts["commands"]]
    parts["places"] = _rows(connection, PLACES, j=journey)
    return {"journey": head[0], **parts, "verification": _verification(connection, journey)}


def _as_sealed(event: dict[str, Any]) -> dict[str, str]:
    """An event as the very text that its hash is over: nobody has to write numbers as we do."""
    previous, digest = event.pop("previous"), event.pop("hash")
    return {"sealed": canonical(event).decode(), "previous": previous, "hash": digest}


def _as_said(command: dict[str, Any]) -> dict[str, Any]:
    """A command with the very text that its digest is over; none where it was refused."""
    payload = command.pop("payload")
    said = None if payload is None else {"name": command["name"], **payload}
    return {**command, "said": None if said is None else canonical(said).decode()}


def _query(table: type[SQLModel], order: str) -> str:
    columns: Any = table.__table__.columns  # pyright: ignore[reportAttributeAccessIssue]
    names = ", ".join(one.name for one in columns if one.name not in LEFT_OUT)
    return f"SELECT {names} FROM {table_name(table)} WHERE journey_id = %s ORDER BY {order}"  # noqa: S608


def _rows(connection: Connection, query: str, *values: Any, **named: Any) -> Part:
    with connection.cursor(row_factory=dict_row) as cursor:
        return [plain(row) for row in cursor.execute(query.encode(), named or values)]


def plain(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row as JSON values: moments in UTC with microseconds, bytes in hexadecimal."""
    return {name: _plain(value) for name, value in row.items()}


def _plain(value: Any) -> Any:
    match value:
        case datetime():
            return moment_text(value)
        case date():
            return value.isoformat()
        case UUID():
            return str(value)
        case bytes():
            return value.hex()
    return value


def _verification(connection: Connection, journey: UUID) -> dict[str, Any]:
    """What was verified: this journey now, and everything when it was last looked at."""
    last = _rows(connection, VERIFIED)
    return {
        "replay": list(_differences(connection, journey)),
        "whole_record": last[0] if last else None,
    }


def _differences(connection: Connection, journey: UUID) -> Iterator[str]:
    """Where the state tables are not what the ledger of this journey says."""
    for one in compare(connection, [journey]):
        yield f"{one.table}.{one.column or 'row'}"
