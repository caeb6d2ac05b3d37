"""How accounts look: everybody in a table, or one with all that it was given."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from psycopg.rows import dict_row

from desk.cli.output import hint, moment, say, table
from models.appointing import known
from models.database import Connection

EVERYBODY = """
SELECT a.username, a.kind, a.printed_name, a.organisation, a.state, coalesce((
    SELECT array_agg(DISTINCT p.role || ' at ' || p.site ORDER BY p.role || ' at ' || p.site)
    FROM appointment p WHERE p.account_id = a.id AND p.valid_from <= %(at)s
        AND least(p.valid_until, p.ended_at) > %(at)s), '{}') AS roles
FROM account a ORDER BY a.state, a.username
"""
ACCOUNT = (
    "SELECT id, username, kind, printed_name, email, organisation, state, created_at, created_by,"
    " left_at FROM account WHERE id = %s"
)
GIVEN = {
    "appointments": "SELECT id, role, site, trial, product, valid_from, valid_until, granted_by,"
    " reason, ended_at, ended_by, end_reason FROM appointment WHERE account_id = %s"
    " ORDER BY valid_from, role, site",
    "trainings": "SELECT id, product, kind, completed_at, expires_at, certificate, recorded_by,"
    " ended_at, ended_by, end_reason FROM training WHERE account_id = %s"
    " ORDER BY completed_at, product",
    "delegations": "SELECT d.id, a.username AS given_by, role, site, trial, valid_from,"
    " valid_until, reason, ended_at, ended_by, end_reason"
    " FROM delegation d JOIN account a ON a.id = d.from_id WHERE to_id = %s ORDER BY valid_from",
    "tokens": "SELECT t.id, role, issued_at, expires_at, issued_by, ended_at, ended_by, end_reason"
    " FROM access_token t JOIN account a ON a.username = t.account WHERE a.id = %s"
    " ORDER BY issued_at",
    "changes": "SELECT changed_at, field, old, new, changed_by, reason FROM account_change"
    " WHERE account_id = %s ORDER BY changed_at",
}


def everybody(connection: Connection, now: datetime) -> list[dict[str, Any]]:
    """Every account with the roles it has now."""
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(EVERYBODY, {"at": now}).fetchall()


def page(connection: Connection, username: str) -> dict[str, Any]:
    """One account with all that it was given. Raises Refused `account-unknown`."""
    account, _ = known(connection, username)
    with connection.cursor(row_factory=dict_row) as cursor:
        found: Any = cursor.execute(ACCOUNT, (account,)).fetchone()
        given = {
            name: cursor.execute(query.encode(), (account,)).fetchall()
            for name, query in GIVEN.items()
        }
    return {**found, **given}


def show_everybody(rows: Any) -> None:
    """A line for each account."""
    columns = ("Account", "Name", "Kind", "Where", "State", "Roles now")
    shown = [
        (one["username"], one["printed_name"], one["kind"], one["organisation"] or "",
         one["state"], "\n".join(one["roles"]))
        for one in rows
    ]  # fmt: skip
    table("", columns, shown)
    hint("One of them, with training and delegations: atmpflow account list USERNAME.")


def show_page(found: Any) -> None:
    """One account for people."""
    say(f"{found['username']} ({found['printed_name']}), {found['kind']}, {found['state']}")
    for name in GIVEN:
        rows = found[name]
        if rows:
            table(name.capitalize(), [one.replace("_", " ") for one in rows[0]], map(_cells, rows))


def _cells(row: dict[str, Any]) -> Sequence[str]:
    return [moment(one) if isinstance(one, datetime) else str(one or "") for one in row.values()]
