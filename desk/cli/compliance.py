"""`atmpflow checks`: list the compliance checks, and run them now."""

from typing import Annotated, Any

import typer

from desk.cli.database import ready_database
from desk.cli.frame import AsJson, new_app, one_of
from desk.cli.output import hint, say, show_json, table
from desk.cli.trouble import ExitCode
from models.compliance.statement import CADENCES, Check, checks
from models.compliance.sweep import Moments, Swept, sweep
from tasks import clock
from tasks.sweeping import summary

app = new_app(invoke_without_command=True)

COLUMNS = ("Check", "Severity", "Cadence", "Owner", "What must not be", "Regulation")
Cadence = one_of("--cadence", lambda: CADENCES, f"{', '.join(CADENCES)}; all where left out.")


@app.callback()
def listed(
    context: typer.Context,
    *,
    cadence: Annotated[str | None, Cadence] = None,
    as_json: AsJson = False,
) -> None:
    """List the compliance checks; severity, owner, regulation and remedy of each.

    `atmpflow checks run` runs them now, as the scheduled ones do.
    """
    if context.invoked_subcommand is not None:
        return
    some = [one for one in checks() if cadence in (None, one.cadence)]
    if as_json:
        show_json([_check(one) for one in some])
    else:
        table(f"{len(some)} compliance checks", COLUMNS, [_row(one) for one in some])
        hint("Remedies and queries: docs/compliance.md, or --json.")


@app.command("run")
def run(
    *,
    cadence: Annotated[str | None, Cadence] = None,
    everything: Annotated[
        bool, typer.Option("--everything", help="Look at every journey, not only at what changed.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Run the checks now; findings are opened and closed as in the scheduled runs.

    Exit code 5 while findings of these checks are open, 1 when a check could not be run.
    """
    at = Moments(clock.now(), clock.wall())
    with ready_database() as engine:
        some = [cadence] if cadence else list(CADENCES)
        done = [sweep(engine, one, at, everything=everything) for one in some]
    if as_json:
        show_json([_swept(one) for one in done])
    else:
        for one in done:
            say(f"{summary(one)}.")
        hint("Which findings: atmpflow findings.")
    if any(one.broken for one in done):
        raise typer.Exit(ExitCode.DEFECT)
    if any(one.outcome.open for one in done):
        raise typer.Exit(ExitCode.FINDINGS)


def _row(one: Check) -> tuple[str, ...]:
    return one.id, one.severity, one.cadence, one.owner, one.title, one.regulation


def _check(one: Check) -> dict[str, str]:
    return {name: getattr(one, name) for name in Check.__slots__}


def _swept(one: Swept) -> dict[str, Any]:
    return {
        "cadence": one.cadence,
        "checks": len(one.checks),
        "looked": one.looked,
        "opened": one.outcome.opened,
        "open": one.outcome.open,
        "closed": one.outcome.closed,
        "escalated": one.outcome.escalated,
        "found": dict(one.found),
        "broken": dict(one.broken),
    }
