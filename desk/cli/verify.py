"""`atmpflow verify`: do the tables keep every invariant, and does every ledger replay to them?"""

from collections.abc import Iterator
from itertools import islice
from typing import Any

import typer

from desk.cli.database import ready_database
from desk.cli.frame import AsJson, new_app
from desk.cli.output import console, hint, say, show_json
from desk.cli.trouble import ExitCode
from models.invariants.checker import Report, Violation
from tasks.verify import Line, lines, summary, verified

app = new_app()

SHOWN = 20
"""Violations of one invariant that people are shown."""

STYLES = {"holds": "green", "not yet": "yellow", "violated": "bold red"}


@app.command("verify")
def verify(*, as_json: AsJson = False) -> None:
    """Check every invariant of the record and replay every ledger. Changes nothing.

    Exit code 5 when one does not hold; what no table can tell, or cannot yet, is listed with why.
    """
    with ready_database() as engine:
        report = verified(engine)
    if as_json:
        show_json(_as_dict(report))
    else:
        _tell(report)
    if report.violations:
        raise typer.Exit(ExitCode.FINDINGS)


def _as_dict(report: Report) -> dict[str, Any]:
    return {
        "ok": not report.violations,
        "invariants": [_line(line) for line in lines(report)],
        "violations": [
            {
                "number": one.number,
                "name": one.name,
                "journey": one.journey,
                "found": one.found,
            }
            for one in report.violations
        ],
    }


def _line(line: Line) -> dict[str, Any]:
    one = line.invariant
    return {
        "number": one.number,
        "name": one.name,
        "state": line.state,
        "violations": line.violations,
        "proves": one.proves,
        "beyond": one.beyond,
        "not_yet": one.not_yet,
        "source": one.source,
    }


def _tell(report: Report) -> None:
    for line in lines(report):
        one = line.invariant
        console().print(f"{line.state:<8}", style=STYLES[line.state], end="  ")
        say(f"{one.number:<3}  {one.name}")
        for violation in _some(report, one.number):
            say(f"{violation.journey or 'no one journey'}: {violation.found}", indent=15)
        if line.violations > SHOWN:
            say(f"and {line.violations - SHOWN} more: atmpflow verify --json", indent=15)
        if one.beyond:
            say(f"beyond the tables: {one.beyond}", indent=15)
        if one.not_yet:
            say(f"not yet: {one.not_yet}", indent=15)
    hint(summary(report))


def _some(report: Report, number: str) -> Iterator[Violation]:
    """The first violations of one invariant."""
    return islice((one for one in report.violations if one.number == number), SHOWN)
