"""`atmpflow organisations`: who refers, treats, makes and carries, by code."""

from datetime import date
from typing import Annotated, Any

import typer
from sqlmodel import col, select

from atmpflow.rules.organisation import KINDS, TREATS
from desk.cli.database import ready_database
from desk.cli.frame import AsJson, new_app, one_of
from desk.cli.looking import looking
from desk.cli.output import hint, show_json, table
from models.network import Organisation
from tasks import clock

app = new_app()

Kind = Annotated[str | None, one_of("--kind", lambda: KINDS, "Only of this kind.")]


@app.command("organisations")
def list_organisations(
    text: Annotated[str, typer.Argument(help="Only where code or name has this in it.")] = "",
    *,
    treating: Annotated[
        bool, typer.Option("--treating", help="Only centres that may treat today.")
    ] = False,
    kind: Kind = None,
    as_json: AsJson = False,
) -> None:
    """List the organisations of the network by code; closed ones are marked."""
    today = clock.wall().date()
    with ready_database() as engine, looking(engine) as session:
        every = session.exec(select(Organisation).order_by(col(Organisation.ods_code))).all()
    found = [
        one
        for one in every
        if text.casefold() in f"{one.ods_code} {one.name}".casefold()
        and kind in (None, one.kind)
        and (not treating or _treats(one, today))
    ]
    if as_json:
        show_json([_as_dict(one, today) for one in found])
        return
    columns = ("Code", "Name", "Kind", "Country", "In force")
    table("", columns, [_row(one, today) for one in found])
    hint(f"{len(found)} of {len(every)} shown.")


def _open(one: Organisation, today: date) -> bool:
    return (one.opened or today) <= today <= (one.closed or today)


def _treats(one: Organisation, today: date) -> bool:
    return one.kind in TREATS and _open(one, today)


def _row(one: Organisation, today: date) -> tuple[str, ...]:
    closed = f"closed {one.closed}" if one.closed else "not yet"
    if one.successor:
        closed += f", now {one.successor}"
    in_force = "yes" if _open(one, today) else closed
    return one.ods_code, one.name, one.kind, one.country or "", in_force


def _as_dict(one: Organisation, today: date) -> dict[str, Any]:
    return {
        "code": one.ods_code,
        "name": one.name,
        "kind": one.kind,
        "network": one.network,
        "country": one.country,
        "opened": one.opened and one.opened.isoformat(),
        "closed": one.closed and one.closed.isoformat(),
        "successor": one.successor,
        "treats_today": _treats(one, today),
        "source": one.source,
    }
