"""`atmpflow up`: database, Prefect server, worker and relay, until Ctrl-C."""

import typer

from desk.cli.frame import AsJson, new_app
from desk.up import run_up

app = new_app()


@app.command("up")
def up(*, as_json: AsJson = False) -> None:
    """Start everything and keep it running until Ctrl-C. What it recorded is kept between starts.

    With --json one object says where the Prefect UI is, once everything runs.
    """
    raise typer.Exit(run_up(as_json=as_json))
