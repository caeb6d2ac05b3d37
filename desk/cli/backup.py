"""`atmpflow backup FILE`: keep the whole record in one file, with a signed manifest beside it."""

from pathlib import Path
from typing import Annotated

import typer

from desk.backup import make_backup, manifest_of
from desk.cli.database import owned_databases
from desk.cli.frame import AsJson, new_app
from desk.cli.output import hint, say, show_json

app = new_app()


@app.command("backup")
def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A new file; never written over.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Dump everything, as of one moment, while work goes on. FILE.manifest says what it holds.

    Identities in it are sealed: without the key of the installation nobody reads them, and the key
    is not in it.
    """
    with owned_databases() as databases:
        made = make_backup(databases.owner, file.absolute())
    if as_json:
        show_json({"file": str(made.file), "manifest": str(manifest_of(made.file)), **made.says})
        return
    counts = made.says["counts"]
    say(f"{made.file}: {counts['journey']} journeys, {counts['ledger']} events.")
    say(f"root {made.says['root']}", indent=2)
    say(f"{made.says['dump']['bytes']:,} bytes, beside it {manifest_of(made.file).name}", indent=2)
    hint("Keep both on another machine, and the keys somewhere else again.")
