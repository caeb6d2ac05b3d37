"""`atmpflow journey ID`: one journey, from its referral to what it waits for now."""

from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from sqlalchemy import Engine

from desk.cli.database import ready_database
from desk.cli.frame import AsJson, Viewer, new_app
from desk.cli.journey_json import as_json_page
from desk.cli.journey_page import show_page
from desk.cli.looking import page
from desk.cli.output import say, show_json
from desk.cli.recording import find_journey
from tasks import clock

app = new_app()


@app.command("journey")
def show_journey(
    journey: Annotated[
        str, typer.Argument(metavar="ID", help="Journey id or chain-of-identity id.")
    ],
    *,
    plots: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Draw it, too: pictures in this folder.")
    ] = None,
    viewer: Viewer = None,
    as_json: AsJson = False,
) -> None:
    """Show one journey: timeline, custody, shipments, doses and what it waits for."""
    with ready_database() as engine:
        which = find_journey(engine, journey, viewer)
        found = page(engine, which, viewer)
        files = _drawn(engine, which, plots) if plots else []
    if as_json:
        said = as_json_page(found, clock.now())
        show_json({**said, "pictures": [str(file) for file in files]} if plots else said)
        return
    show_page(found, clock.now())
    if found.custody:
        say("\nPictures")
        for line in map(str, files) if plots else (f"atmpflow plot {found.row.coi} --out DIR",):
            say(line, indent=2)


def _drawn(engine: Engine, journey: UUID, folder: Path) -> list[Path]:
    # Drawing takes a second to load, which nobody waits for who does not ask for it.
    from desk.cli.plot import write_pictures  # noqa: PLC0415
    from tasks.pictures.made import every  # noqa: PLC0415

    return write_pictures(list(every(engine, journey)), folder)
