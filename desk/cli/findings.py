"""`atmpflow findings`: what the compliance checks hold against the record."""

from collections.abc import Sequence
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
        count = f"{len(found)} finding{'s' if len(found) > 1 else ''}"
        table(count, COLUMNS, [_row(one) for one in found])
        _show_remedies(found)
        hint("Decide on one: atmpflow finding decide ID.")
    else:
        say("Nothing is open." if not closed else "There are no findings.")


def _show_remedies(found: Sequence[Held]) -> None:
    """What to do, once for each check that found something and is not closed."""
    open_now = {one.check_id for one in found if one.closed_at is None}
    todo = [one for one in checks() if one.id in open_now]
    if todo:
        say("\nWhat to do")
    for one in todo:
        say(f"{one.id} ({one.owner}): {one.remedy}", indent=2)


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
