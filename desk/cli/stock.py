"""`atmpflow stock FILE`: put certified units of allogeneic products on the shelf."""

from pathlib import Path
from typing import Annotated

import typer

from atmpflow.errors import Refused
from desk.cli.database import ready_database
from desk.cli.frame import Account, AsJson, new_app
from desk.cli.output import say, show_json
from models.stock import shelve
from tasks.intake.stock_csv import COLUMNS, read_stock

app = new_app()
HELP = "CSV: " + ",".join(COLUMNS)


@app.command("stock")
def stock(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE", exists=True, dir_okay=False, help=f"CSV: {','.join(COLUMNS)}"
        ),
    ],
    *,
    account: Account,
    as_json: AsJson = False,
) -> None:
    """Put certified units of allogeneic products on the shelf; those known are left as they are.

    A unit is reserved for one patient at a time, by HLA match, when a journey asks for it.
    """
    try:
        units = read_stock(file.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError:
        raise Refused(
            "stock-file-invalid", "file", "Not a text file in UTF-8.", "Export it as CSV in UTF-8."
        ) from None
    with ready_database() as engine:
        added = shelve(engine, units, account)
    if as_json:
        show_json({"units": len(units), "added": added})
        return
    say(f"{added} of {len(units)} units added; the others were there already.")
