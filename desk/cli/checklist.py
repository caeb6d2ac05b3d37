"""`atmpflow checklist JOURNEY`: what the release of its batch needs, found or missing."""

from dataclasses import asdict
from typing import Annotated

import typer

from atmpflow.rules.checklist import Line, checklist, missing
from desk.cli.database import ready_database
from desk.cli.frame import AsJson, Viewer, new_app
from desk.cli.output import say, show_json, table
from desk.cli.recording import find_journey
from desk.cli.signatures import as_json as signatures_json
from desk.cli.signatures import show
from models.database import transaction
from models.lookups import facts_of
from models.signed import signatures_of
from models.signing import reviewed_at
from tasks import clock

app = new_app()

FINDINGS = 5


@app.command("checklist")
def show_checklist(
    journey: Annotated[
        str, typer.Argument(metavar="ID", help="Journey id or chain-of-identity id.")
    ],
    *,
    qp: Annotated[
        str | None,
        typer.Option("--for", metavar="ACCOUNT", help="Whose review of the trail counts."),
    ] = None,
    viewer: Viewer = None,
    as_json: AsJson = False,
) -> None:
    """Show the release checklist, made from the record; exit code 5 where something is missing."""
    with ready_database() as engine, transaction(engine) as connection:
        found = find_journey(engine, journey, viewer)
        facts = facts_of(connection, found)
        reviewed = reviewed_at(connection, found, qp)
        lines = checklist(facts, clock.now(), trail_reviewed_at=reviewed)
        signatures = signatures_of(connection, found)
    if as_json:
        said = {"journey": found, "coi": facts.coi, "version": facts.version}
        judged = {"ready": not missing(lines), "lines": [asdict(one) for one in lines]}
        show_json({**said, **judged, "signatures": signatures_json(signatures)})
    else:
        say(f"Release checklist of {facts.coi} at version {facts.version}")
        columns = ("", "What", "Evidence (event)", "Found", "Source")
        table("", columns, [_row(line) for line in lines])
        show(signatures)
        left = missing(lines)
        say(f"{len(left)} line(s) missing." if left else "Nothing is missing.")
    if missing(lines):
        raise typer.Exit(FINDINGS)


def _row(line: Line) -> tuple[str, ...]:
    evidence = ", ".join(f"#{seq}" for seq in line.evidence)
    return ("yes" if line.satisfied else "NO", line.what, evidence, line.found, line.source)
