"""Is the database whole: version, schema, the guards of the ledger, reference data, lag?"""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Engine

from atmpflow.errors import Refused
from desk.cli.checks import Check, judged, lag, ok
from models.database import Connection, transaction
from models.keys import key_file, keys
from models.migrate import found, wanted
from models.network import directory, seed
from tasks import clock

LEAST_POSTGRES = 15
"""The oldest major version that the migrations are written for."""

UP = "Start the engine with `atmpflow up`."
OWNER = "Run `atmpflow up` with this version once; it migrates as the owner."
TAMPERED = "Somebody changed the database: tell the administrator and compare with a backup."

ADDED_TO = (
    "ledger", "command", "identity.received", "identity.person", "identity.sealing_key",
    "identity.access", "logger_file", "reading", "installation", "sign_in", "challenge",
    "trail_review", "signature", "signature_use", "signature_void", "signature_policy",
    "reference_change", "enrolment", "enrolment_use", "otp_step", "signing_series", "logger",
    "reading_batch",
)  # fmt: skip
"""Tables whose rows are only ever added (identities: or erased), guarded by triggers."""

GUARDS = """
SELECT count(*) FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
WHERE t.tgrelid = %s::regclass AND t.tgenabled = 'A'
    AND p.proname IN ('refuse_change', 'only_erase')
"""
RIGHTS = """
SELECT has_table_privilege(%(table)s, 'UPDATE') OR has_table_privilege(%(table)s, 'DELETE')
    OR has_table_privilege(%(table)s, 'TRUNCATE')
    OR has_any_column_privilege(%(table)s, 'UPDATE')
"""


def database_checks(engine: Engine) -> Iterator[Check]:
    """Every check of the database; those of its content only where the schema is right."""
    with transaction(engine) as connection:
        yield _server(connection)
    has, needs = found(engine), wanted()
    yield judged("schema", f"version {has}, needed {needs}", well=has == needs, otherwise=OWNER)
    if has != needs:
        return
    with transaction(engine) as connection:
        yield _grants(connection)
        yield _triggers(connection)
        yield _identity_key(connection)
        yield _organisations(connection)
        yield from _lags(connection)


def _one(connection: Connection, sql: Any, **values: Any) -> Any:
    row: Any = connection.execute(sql, values).fetchone()
    return row[0]


def _server(connection: Connection) -> Check:
    version = str(_one(connection, "SHOW server_version")).split()[0]
    well = int(version.split(".")[0]) >= LEAST_POSTGRES
    remedy = f"Use PostgreSQL {LEAST_POSTGRES} or newer."
    return judged("postgresql", version, well=well, otherwise=remedy)


def _grants(connection: Connection) -> Check:
    """The application role may add to the record and look at it, and nothing else."""
    role = _one(connection, "SELECT current_user")
    open_tables = [table for table in ADDED_TO if _one(connection, RIGHTS, table=table)]
    what = ", ".join(open_tables)
    text = f"{role} may change {what}" if what else f"{role} may only add to the record"
    remedy = "Connect as the application role, or revoke these rights as the owner."
    return judged("grants", text, well=not open_tables, otherwise=remedy)


def _triggers(connection: Connection) -> Check:
    """Two guards a table: against UPDATE and DELETE, and against TRUNCATE."""
    off = []
    for table in ADDED_TO:
        row: Any = connection.execute(GUARDS, (table,)).fetchone()
        if row[0] < 2:
            off.append(table)
    text = f"missing or switched off on {', '.join(off)}" if off else "on, for replicas too"
    return judged("triggers", text, well=not off, otherwise=TAMPERED)


def _identity_key(connection: Connection) -> Check:
    """The key that opens identities is here, is the right one, and nobody else may read it."""
    row: Any = connection.execute("SELECT fingerprint FROM identity.key_check").fetchone()
    try:
        right = row is None or bytes(row[0]) == keys().fingerprint
    except Refused as refused:
        return Check("identity-key", "fail", refused.message, refused.remedy)
    if not right:
        remedy = "Name the right file in ATMPFLOW_IDENTITY_KEY_FILE."
        return Check("identity-key", "fail", "another key than the database's", remedy)
    closed = key_file().stat().st_mode & 0o077 == 0
    text = "right, and only its owner reads it" if closed else "others on this machine may read it"
    return judged("identity-key", text, well=closed, otherwise=f"chmod 0400 {key_file()}")


def _organisations(connection: Connection) -> Check:
    known = directory(connection)
    missing = [one.ods_code for one in seed() if one.ods_code not in known]
    text = f"{len(known)} organisations"
    if missing:
        text += f", {len(missing)} missing"
    return judged("reference-data", text, well=not missing, otherwise=OWNER)


def _lags(connection: Connection) -> Iterator[Check]:
    wall = clock.wall()
    undelivered = "SELECT min(recorded_at) FROM outbox WHERE delivered_at IS NULL"
    yield lag("outbox", _one(connection, undelivered), wall, remedy=UP)
    owed = (
        "SELECT min(greatest(created_at, not_before)) FROM reaction WHERE done_at IS NULL"
        " AND not_before <= %(now)s AND (lease_until IS NULL OR lease_until < %(now)s)"
    )
    yield lag("reactions", _one(connection, owed, now=wall), wall, remedy=UP)
    yield _troubled(connection)
    # Since when it could have been fired: a journey told late has timers that were due before.
    due = (
        "SELECT min(greatest(j.changed_at, least(t.due_at, %(wall)s)))"
        " FROM timer t JOIN journey j ON j.id = t.journey_id"
        " WHERE t.fired_at IS NULL AND t.cancelled_at IS NULL AND t.due_at <= %(now)s"
    )
    oldest = _one(connection, due, now=clock.now(), wall=wall)
    yield lag("timers", oldest, wall, remedy=UP)


def _troubled(connection: Connection) -> Check:
    """Steps of the engine that did not succeed yet and are tried again."""
    rows: Any = connection.execute(
        "SELECT stage, count(*) FROM reaction WHERE done_at IS NULL AND trouble IS NOT NULL"
        " GROUP BY stage ORDER BY stage"
    ).fetchall()
    if not rows:
        return ok("troubles", "no step of the engine is in trouble")
    text = ", ".join(f"{count} in {stage}" for stage, count in rows)
    remedy = "See why in each journey: atmpflow journeys, atmpflow journey ID."
    return Check("troubles", "warn", text, remedy)


def unreachable(reason: Refused | str) -> Check:
    """No database, no other check."""
    if isinstance(reason, Refused):
        return Check("database", "fail", reason.message, reason.remedy)
    return Check("database", "fail", f"not reachable ({reason})", UP)
