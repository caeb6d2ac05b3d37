"""`atmpflow journey ID`: one journey, from its referral to what it waits for now."""

from typing import Annotated

import typer

from desk.cli.database import ready_database
from desk.cli.frame import AsJson, new_app
from desk.cli.journey_json import as_json_page
from desk.cli.journey_page import show_page
from desk.cli.looking import page
from desk.cli.output import show_json
from desk.cli.recording import find_journey
from tasks import clock

app = new_app()


@app.command("journey")
def show_journey(
    journey: Annotated[
        str, typer.Argument(metavar="ID", help="Journey id or chain-of-identity id.")
    ],
    *,
    as_json: AsJson = False,
) -> None:
    """Show one journey: timeline, custody, shipments, doses and what it waits for."""
    with ready_database() as engine:
        found = page(engine, find_journey(engine, journey))
    if as_json:
        show_json(as_json_page(found, clock.now()))
    else:
        show_page(found, clock.now())
