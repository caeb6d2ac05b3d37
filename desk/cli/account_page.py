"""How accounts look: everybody in a table, or one with all that it was given."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from psycopg.rows import dict_row

from atmpflow.rights import ANY
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
    "tokens": "SELECT id, valid_from, valid_until, issued_by, reason, ended_at, ended_by,"
    " end_reason FROM access_token WHERE account_id = %s ORDER BY valid_from",
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
    for name, told in TOLD.items():
        if found[name]:
            say(f"\n{name.capitalize()}")
        for one in found[name]:
            say(told(one), indent=2)
            _show_end(one)


def _show_end(one: dict[str, Any]) -> None:
    """When and why it was taken back; its id, by which it can be, where it still is in force."""
    if one.get("ended_at"):
        said = f"ended {moment(one['ended_at'])} UTC by {one['ended_by']}: {one['end_reason']}"
        say(said, indent=4)
    elif "id" in one:
        say(f"id {one['id']}", indent=4)


def _appointment(one: dict[str, Any]) -> str:
    where = f"{one['role']} at {_any(one['site'], 'every site')}"
    of = f"{_any(one['trial'], 'every trial')}, {_any(one['product'], 'every product')}"
    return f"{where}, {of}, {_span(one, 'valid_from', 'valid_until')}, by {_why(one, 'granted_by')}"


def _training(one: dict[str, Any]) -> str:
    about = f"{one['product']} ({one['kind']}), certificate {one['certificate']}"
    return f"{about}, {_span(one, 'completed_at', 'expires_at')}, recorded by {one['recorded_by']}"


def _delegation(one: dict[str, Any]) -> str:
    where = (
        f"{one['role']} at {_any(one['site'], 'every site')}, {_any(one['trial'], 'every trial')}"
    )
    return f"{where}, {_span(one, 'valid_from', 'valid_until')}, by {_why(one, 'given_by')}"


def _change(one: dict[str, Any]) -> str:
    what = f"{one['field']}: {one['old'] or 'nothing'} became {one['new'] or 'nothing'}"
    return f"{moment(one['changed_at'])} UTC {what}, by {_why(one, 'changed_by')}"


TOLD: dict[str, Callable[[dict[str, Any]], str]] = {
    "appointments": _appointment,
    "trainings": _training,
    "delegations": _delegation,
    "changes": _change,
}


def _any(text: str, every: str) -> str:
    return every if text == ANY else text


def _span(one: dict[str, Any], since: str, until: str) -> str:
    return f"{one[since]:%Y-%m-%d} to {one[until]:%Y-%m-%d}"


def _why(one: dict[str, Any], by: str) -> str:
    return f"{one[by]}: {one['reason']}"
