"""`atmpflow restore FILE`: put a backup back, verified by rules, replay and anchors."""

from pathlib import Path
from typing import Annotated, Any

import typer

from desk.backup import Backup, read_backup
from desk.cli.database import owned_databases
from desk.cli.frame import AsJson, new_app
from desk.cli.output import hint, say, show_json
from desk.cli.trouble import ExitCode
from desk.restore import Restored, restore
from tasks.verify import summary

app = new_app()

SHOWN = 20


@app.command("restore")
def restore_backup(
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="With FILE.manifest."),
    ],
    *,
    over: Annotated[
        bool,
        typer.Option("--replace", help="Also where there are journeys; they are kept beside it."),
    ] = False,
    despite_findings: Annotated[
        bool,
        typer.Option("--despite-findings", help="Put it in place though it is not whole."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Put a backup back. It is loaded aside and verified before it takes its place.

    Exit code 5 when something does not hold: it is not in place then, unless --despite-findings.
    """
    backup = read_backup(file.absolute())
    with owned_databases() as databases:
        found = restore(backup, databases, replace_journeys=over, despite_findings=despite_findings)
    if as_json:
        show_json(_as_dict(backup, found))
    else:
        _tell(backup, found)
    if not found.whole:
        raise typer.Exit(ExitCode.FINDINGS)


def _as_dict(backup: Backup, found: Restored) -> dict[str, Any]:
    return {
        "ok": found.whole,
        "in_place": found.in_place,
        "kept": found.kept,
        "backup": backup.says,
        "signature": backup.signature,
        "differs": list(found.differs),
        "violations": [
            {"number": one.number, "journey": one.journey, "found": one.found}
            for one in found.report.violations
        ],
    }


def _tell(backup: Backup, found: Restored) -> None:
    says = backup.says
    say(f"Backup of {says['at']}: {says['counts']['journey']} journeys.")
    say(f"signature {backup.signature}", indent=2)
    for table in found.differs:
        say(f"{table} is not as the manifest says", indent=2)
    violations = sorted(found.report.violations, key=lambda one: one.journey is not None)
    for one in violations[:SHOWN]:
        say(f"{one.number}  {one.journey or 'no one journey'}: {one.found}", indent=2)
    say(summary(found.report))
    if not found.in_place:
        say("Not in place: what was there is untouched.")
        hint("No newer backup? --despite-findings, then `atmpflow anchor --after-loss REFERENCE`.")
        return
    say("In place." + (f" What was there is kept as database {found.kept}." if found.kept else ""))
