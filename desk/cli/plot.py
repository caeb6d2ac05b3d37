"""`atmpflow plot`: the temperatures of each leg and the custody of a journey, as pictures."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal
from uuid import UUID

import typer
from sqlalchemy import Engine

from atmpflow.errors import Refused
from desk.cli.database import ready_database
from desk.cli.frame import AsJson, Viewer, new_app
from desk.cli.output import say, show_json
from desk.cli.recording import find_journey
from tasks.pictures.made import Picture, every, of_custody, of_leg

app = new_app()

Only = Literal["custody"]


@app.command("plot")
def plot(
    journey: Annotated[
        str, typer.Argument(metavar="ID", help="Journey id or chain-of-identity id.")
    ],
    *,
    leg: Annotated[int | None, typer.Option(min=1, help="Only this leg, counted from 1.")] = None,
    custody: Annotated[bool, typer.Option("--custody", help="Only who held what.")] = False,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder of the pictures.")] = Path(),
    viewer: Viewer = None,
    as_json: AsJson = False,
) -> None:
    """Draw a journey as SVG and PNG: temperatures by leg, and the chain of custody."""
    with ready_database() as engine:
        found = find_journey(engine, journey, viewer)
        files = write_pictures(_made(engine, found, leg, custody=custody), out)
    if as_json:
        show_json({"files": [str(file) for file in files]})
        return
    for file in files:
        say(str(file))


def _made(engine: Engine, found: UUID, leg: int | None, *, custody: bool) -> Sequence[Picture]:
    if leg is not None:
        return [of_leg(engine, found, leg)]
    if custody:
        return [of_custody(engine, found)]
    made = list(every(engine, found))
    if not made:
        message = "There is nothing to draw of this journey yet."
        raise Refused("custody-none", "journey", message, "Look again when it is under way.")
    return made


def write_pictures(made: Sequence[Picture], folder: Path) -> list[Path]:
    """Two files for each picture, in a folder that is made where it is missing."""
    files: list[Path] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for one in made:
            for ending, content in (("svg", one.svg), ("png", one.png)):
                files.append(folder / f"{one.name}.{ending}")
                files[-1].write_bytes(content)
    except OSError as error:
        reason = error.strerror or "it cannot be written"
        raise typer.BadParameter(reason, param_hint="--out") from None
    return files
