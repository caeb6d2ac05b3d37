"""`atmpflow rejected`: what was refused, why, and what would have been right."""

from typing import Annotated, Any

import typer

from desk.cli.database import ready_database
from desk.cli.frame import AsJson, Viewer, new_app
from desk.cli.looking import Rejection, rejections
from desk.cli.output import hint, moment, say, show_json
from desk.cli.recording import find_journey

app = new_app()

Limit = Annotated[int, typer.Option(min=1, help="At most so many, the newest first.")]


@app.command("rejected")
def list_rejected(
    *,
    journey: Annotated[
        str | None, typer.Option(help="Only of this journey (id or chain-of-identity id).")
    ] = None,
    code: Annotated[str | None, typer.Option(help="Only with this code.")] = None,
    limit: Limit = 50,
    viewer: Viewer = None,
    as_json: AsJson = False,
) -> None:
    """List rejected commands with the reason and the remedy. None of them changed anything."""
    with ready_database() as engine:
        which = find_journey(engine, journey, viewer) if journey else None
        found = rejections(engine, journey=which, code=code, limit=limit, viewer=viewer)
    if as_json:
        show_json([_as_dict(one) for one in found])
        return
    if not found:
        hint("Nothing was rejected.")
    for one in found:
        _tell(one)


def _tell(one: Rejection) -> None:
    row = one.row
    field = f" ({row.field})" if row.field else ""
    of = f", journey {one.coi}" if one.coi else ""
    say(f"{moment(row.received_at, seconds=True)} UTC  {row.code}{field}")
    say(f"{row.name} by {row.actor} as {row.role}{of}", indent=2)
    say(row.message or "", indent=2)
    say(f"→ {row.remedy}", indent=2)


def _as_dict(one: Rejection) -> dict[str, Any]:
    row = one.row
    return {
        "received_at": row.received_at,
        "code": row.code,
        "field": row.field,
        "message": row.message,
        "remedy": row.remedy,
        "command": row.name,
        "actor": row.actor,
        "role": row.role,
        "journey": row.journey_id,
        "coi": one.coi,
        "key": row.key,
    }
