"""`atmpflow findings`: what the compliance checks hold against the record."""

from typing import Annotated

import typer

from desk.cli.database import ready_database
from desk.cli.frame import AsJson, Viewer, new_app, one_of
from desk.cli.output import hint, moment, say, show_json, table
from desk.cli.recording import find_journey
from models.compliance.deciding import Held, findings
from models.compliance.statement import checks
from models.database import transaction
from models.sight import look_as, sight_of
from tasks import clock

app = new_app()

COLUMNS = (
    "Finding",
    "Severity",
    "Check",
    "Subject",
    "Found",
    "Since",
    "Owner",
    "Escalated",
    "Closed",
)
LEVELS = ("", "compliance officer", "administrator")


@app.command("findings")
def listed(
    *,
    check: Annotated[
        str | None,
        one_of("--check", lambda: [one.id for one in checks()], "Of this check only."),
    ] = None,
    journey: Annotated[
        str | None, typer.Option("--journey", metavar="ID", help="Of this journey only.")
    ] = None,
    closed: Annotated[bool, typer.Option("--closed", help="The closed ones, too.")] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most so many.")] = 200,
    viewer: Viewer = None,
    as_json: AsJson = False,
) -> None:
    """List findings, the gravest and oldest first."""
    with ready_database() as engine:
        only = find_journey(engine, journey, viewer) if journey else None
        with transaction(engine) as connection:
            if viewer is not None:
                look_as(connection, sight_of(connection, viewer, clock.wall()))
            found = findings(connection, closed=closed, check=check, journey=only, limit=limit)
    if as_json:
        show_json([{name: getattr(one, name) for name in Held.__slots__} for one in found])
    elif found:
        table(f"{len(found)} findings", COLUMNS, [_row(one) for one in found])
        hint("Remedies: atmpflow checks. Decide on one: atmpflow finding decide ID.")
    else:
        say("Nothing is open." if not closed else "There are no findings.")


def _row(one: Held) -> tuple[str, ...]:
    closing = f"{moment(one.closed_at)} {one.closed_how}" if one.closed_at else ""
    return (
        str(one.id)[:8],
        one.severity,
        one.check_id,
        one.subject,
        one.found,
        moment(one.opened_at),
        one.owner,
        LEVELS[one.escalated],
        f"{closing} by {one.decided_by}" if one.decided_by else closing,
    )
