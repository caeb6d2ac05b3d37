"""`atmpflow demo`: simulated people carry journeys through the real engine."""

from pathlib import Path
from typing import Annotated

import typer

from desk.cli.frame import AsJson, new_app
from desk.demo.run import run_demo

app = new_app()

Referrals = Annotated[
    Path | None,
    typer.Option(metavar="FILE", exists=True, dir_okay=False, help="Referrals to carry instead."),
]


@app.command("demo")
def demo(
    *,
    exit: Annotated[
        bool, typer.Option("--exit", help="Stop at the end; else the Prefect UI stays up.")
    ] = False,
    journeys: Annotated[
        int | None,
        typer.Option(min=1, help="How many journeys.", show_default="all examples"),
    ] = None,
    referrals: Referrals = None,
    keep: Annotated[
        bool, typer.Option("--keep", help="Keep the demonstration's database afterwards.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Carry simulated journeys from referral to follow-up, and show it.

    The people a journey waits for are played by a simulated site. Patients are made up.
    """
    code = run_demo(
        exit_after=exit, as_json=as_json, journeys=journeys, referrals=referrals, keep=keep
    )
    raise typer.Exit(code)
