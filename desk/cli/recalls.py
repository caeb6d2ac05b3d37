"""`atmpflow recalls`: how far each recall is; with --close, close one that all have answered."""

from typing import Annotated
from uuid import UUID

import typer

from desk.cli.actor import acting, require_person
from desk.cli.database import ready_database
from desk.cli.frame import Account, AsJson, new_app
from desk.cli.known import require_on_record
from desk.cli.output import moment, say, show_json, table
from models.database import transaction
from models.recalling import MAY_RECALL, Progress, close_recall, progress
from tasks import clock

app = new_app()

COLUMNS = ("Recall", "Of", "Class", "Notice", "Since", "Journeys", "Replies", "Overdue", "Closed")


@app.command("recalls")
def recalls(
    *,
    close: Annotated[
        UUID | None, typer.Option("--close", metavar="RECALL", help="Close this recall.")
    ] = None,
    reference: Annotated[
        str, typer.Option("--reference", help="Number of the closing report.")
    ] = "",
    account: Account,
    role: Annotated[str | None, typer.Option("--role", help="In which role.")] = None,
    as_json: AsJson = False,
) -> None:
    """List recalls with who has still to reply, or close one.

    It is closed when everybody who has it, or treated whoever was given it, has replied.
    """
    with ready_database() as engine:
        if close is not None:
            if not reference:
                raise typer.BadParameter("name the closing report", param_hint="--reference")
            actor = acting(account, role, MAY_RECALL)
            require_person(actor)
            require_on_record(engine, actor, "close-recall")
            close_recall(engine, close, reference, actor=actor, now=clock.now())
        with transaction(engine) as connection:
            found = progress(connection)
    if as_json:
        show_json([{**_json(one)} for one in found])
    elif found:
        table("Recalls", COLUMNS, [_row(one) for one in found])
    else:
        say("Nothing is recalled.")


def _json(one: Progress) -> dict[str, object]:
    return {name: getattr(one, name) for name in Progress.__slots__}


def _row(one: Progress) -> tuple[str, ...]:
    return (
        str(one.recall),
        f"{one.kind} {one.lot}",
        str(one.recall_class),
        one.reference,
        moment(one.recalled_at),
        f"{one.told} of {one.touched} told",
        f"{one.answered} of {one.owed}",
        str(one.overdue),
        moment(one.closed_at),
    )
