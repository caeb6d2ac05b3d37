"""`atmpflow doctor`: is everything as it should be, and what to do where it is not?"""

import platform
from collections.abc import Iterator
from importlib.metadata import version

import typer

from atmpflow.errors import Refused
from deployments.settings import settings
from desk.cli.checks import Check, judged, lag, ok, report
from desk.cli.checks_anchors import anchor_checks
from desk.cli.checks_database import database_checks, unreachable
from desk.cli.checks_http import http_checks
from desk.cli.checks_prefect import prefect_checks
from desk.cli.checks_signing import signing_checks
from desk.cli.database import reachable_database
from desk.cli.frame import AsJson, new_app
from desk.cli.output import console, hint, say, show_json
from desk.cli.trouble import ExitCode
from desk.sending import letters
from models.database import AWAY
from tasks.clock import simulated, wall

app = new_app()

STYLES = {"ok": "green", "warn": "yellow", "fail": "bold red"}


@app.command("doctor")
def doctor(*, as_json: AsJson = False) -> None:
    """Check versions, database, grants, Prefect, worker and lag. Changes nothing.

    Exit code 5 when a check failed; a warning alone is no failure.
    """
    checks = [
        *_program(),
        _outgoing(),
        *_database(),
        *prefect_checks(settings()),
        *http_checks(settings()),
    ]
    found = report(checks)
    if as_json:
        show_json(found)
    else:
        _tell(checks, well=found["ok"])
    if not found["ok"]:
        raise typer.Exit(ExitCode.FINDINGS)


def _program() -> Iterator[Check]:
    yield ok("atmpflow", version("atmpflow"))
    yield ok("python", platform.python_version())
    yield ok("prefect", version("prefect"))
    remedy = "Unset ATMPFLOW_SIMULATED_CLOCK unless this is a demonstration."
    found = "SIMULATED" if simulated() else "real"
    yield judged("clock", found, well=not simulated(), otherwise=remedy, state="warn")


def _outgoing() -> Check:
    """What was kept here while the database was away, and has not been recorded since."""
    outgoing = letters()
    aside = len(outgoing.set_aside())
    if aside:
        remedy = f"A defect of this program: send what is in {outgoing.folder} to its makers."
        return Check("outgoing", "fail", f"{aside} could not be sent", remedy)
    return lag("outgoing", outgoing.oldest(), wall(), remedy="Run `atmpflow send`.")


def _database() -> Iterator[Check]:
    try:
        with reachable_database() as (engine, _):
            checks = list(database_checks(engine))
            yield from checks
            if all(one.state == "ok" for one in checks if one.name == "schema"):
                yield from list(anchor_checks(engine))
                yield from list(signing_checks(engine))
    except Refused as refused:
        yield unreachable(refused)
    except AWAY as error:
        yield unreachable(type(error).__name__)


def _tell(checks: list[Check], *, well: bool) -> None:
    where = console()
    wide = max(len(one.name) for one in checks)
    for one in checks:
        where.print(f"{one.state:<4}", style=STYLES[one.state], end="  ")
        say(f"{one.name:<{wide}}  {one.found}")
        if one.remedy:
            say(f"→ {one.remedy}", indent=wide + 8)
    failed = sum(one.state == "fail" for one in checks)
    hint("Nothing failed." if well else f"{failed} of {len(checks)} failed: do what is said there.")
