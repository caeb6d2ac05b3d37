"""`atmpflow journeys`: who waits for what, since when, and what is overdue."""

from datetime import datetime
from typing import Annotated

import typer

from atmpflow.pathways import STAGE_NAMES
from atmpflow.people import Role
from atmpflow.products.catalogue import catalogue
from desk.cli.database import ready_database
from desk.cli.frame import AsJson, Viewer, new_app, one_of
from desk.cli.looking import Which, journeys, overdue, summary
from desk.cli.output import hint, moment, show_json, table
from models.journey import Journey
from tasks import clock

app = new_app()

Stage = Annotated[str | None, one_of("--stage", lambda: STAGE_NAMES, "Only in this stage.")]
Product = Annotated[
    str | None, one_of("--product", lambda: sorted(catalogue()), "Only of this product.")
]
WaitingOn = Annotated[
    str | None, one_of("--waiting-on", lambda: sorted(Role), "Only what this role has to do.")
]
Centre = Annotated[str | None, typer.Option("--centre", help="Only of this centre (ODS code).")]
Overdue = Annotated[bool, typer.Option("--overdue", help="Only what should have been done.")]
Ended = Annotated[bool, typer.Option("--ended", help="Only journeys that have ended.")]


@app.command("journeys")
def list_journeys(  # noqa: PLR0913 - one parameter an option
    *,
    stage: Stage = None,
    centre: Centre = None,
    product: Product = None,
    waiting_on: WaitingOn = None,
    overdue: Overdue = False,
    ended: Ended = False,
    viewer: Viewer = None,
    as_json: AsJson = False,
) -> None:
    """List journeys with what each waits for, open ones first, the most urgent first."""
    now = clock.now()
    which = Which(stage, centre, product, waiting_on, now if overdue else None, ended)
    with ready_database() as engine:
        rows = journeys(engine, which, viewer)
    if as_json:
        show_json([summary(row, now) for row in rows])
        return
    if not rows:
        hint("No journey is like that. Open one: atmpflow refer FILE.")
        return
    columns = ("Journey", "Product, centre", "Stage", "Waits for", "Since (UTC)", "Due (UTC)")
    table("", columns, [_row(row, now) for row in rows])
    hint(f"{len(rows)} shown. One of them: atmpflow journey ID.")


def _row(row: Journey, now: datetime) -> tuple[str, ...]:
    place = f"{row.product}\n{row.centre}"
    if row.ended:
        return row.coi, place, row.stage, f"nothing: {row.ended}", _in_two(row.ended_at), ""
    waits = f"{row.waits_for}\n{row.waits_owner}"
    if row.held_by:
        waits = f"ON HOLD\n{waits}"
    due = _in_two(row.waits_until)
    return (
        row.coi,
        place,
        row.stage,
        waits,
        _in_two(row.waits_since),
        f"{due} OVERDUE" if overdue(row, now) else due,
    )


def _in_two(at: datetime | None) -> str:
    return moment(at).replace(" ", "\n")
