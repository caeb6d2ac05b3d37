"""`atmpflow recall LOT`: take something back, and stop every journey that it reached."""

from datetime import datetime
from typing import Annotated, get_args

import typer

from atmpflow.events.recall import Recalled
from desk.cli.actor import acting, require_person
from desk.cli.database import ready_database
from desk.cli.frame import Account, AsJson, new_app, one_of
from desk.cli.known import require_on_record
from desk.cli.output import hint, say, show_json
from models.database import transaction
from models.recalling import MAY_RECALL, TakenBack, open_recall, progress
from tasks import clock
from tasks.recall import spread

app = new_app()

KINDS = get_args(Recalled)


@app.command("recall")
def recall(  # noqa: PLR0913 - one for each option
    lot: Annotated[
        str,
        typer.Argument(metavar="LOT", help="Number of the batch, lot, donation, unit, shipper."),
    ],
    *,
    kind: Annotated[str, one_of("--kind", lambda: KINDS, f"What it is: {', '.join(KINDS)}.")],
    recall_class: Annotated[
        int, typer.Option("--class", min=1, max=4, help="MHRA class; 4 only cautions.")
    ],
    reference: Annotated[str, typer.Option("--reference", help="Number of the notice.")],
    at: Annotated[
        datetime | None,
        typer.Option("--at", formats=["%Y-%m-%dT%H:%MZ", "%Y-%m-%d"], help="Now if left out."),
    ] = None,
    account: Account,
    role: Annotated[str | None, typer.Option("--role", help="In which role.")] = None,
    as_json: AsJson = False,
) -> None:
    """Take back a batch, lot, donation, unit or shipper, wherever it went.

    Every journey that it reached is held, and each consignee owes a reply within the class's time.
    Nothing of it is given any more, from now on, also where it arrives later. The same notice
    again is the same recall, and finishes what was left.
    """
    actor = acting(account, role, MAY_RECALL)
    require_person(actor)
    since = at.replace(tzinfo=clock.wall().tzinfo) if at else clock.now()
    taken = TakenBack(kind, lot, recall_class, reference, since)
    with ready_database() as engine:
        require_on_record(engine, actor, "recall")
        recalled = open_recall(engine, taken, actor, clock.now())
        told = spread(engine)
        with transaction(engine) as connection:
            found = next(one for one in progress(connection) if one.recall == recalled)
    if as_json:
        show_json({"recall": recalled, "touched": found.touched, "told": told})
        return
    say(f"Recall {recalled}: {found.touched} journey(s) touched, {found.owed} replies owed.")
    hint("Who has replied: atmpflow recalls. Where it went: atmpflow trace --lot LOT")
