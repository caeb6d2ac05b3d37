"""`atmpflow replan`: the fewest new slots after one was missed, proposed and moved."""

from datetime import datetime
from typing import Annotated
from uuid import uuid4

import typer

from atmpflow.commands.recovery import Reschedule
from atmpflow.errors import Refused
from atmpflow.events.admission import Slot
from atmpflow.rules.scheduling import Kind
from atmpflow.rules.slots import ORDER, least_movement
from desk.cli.actor import acting, require_person
from desk.cli.database import ready_database
from desk.cli.frame import Account, AsJson, new_app, one_of
from desk.cli.known import require_there
from desk.cli.output import moment, say, show_json, table
from desk.cli.recording import find_journey
from models.database import transaction
from models.lookups import busy, facts_of
from models.record import Request, record
from tasks import clock

app = new_app()

Missed = Annotated[str, one_of("--missed", lambda: ORDER, "Which slot was missed.")]


@app.command("replan")
def replan(  # noqa: PLR0913 - options of a command line
    journey: Annotated[str, typer.Argument(help="Journey id or chain-of-identity id.")],
    account: Account,
    *,
    missed: Missed,
    not_before: Annotated[
        str | None, typer.Option(metavar="TIME", help="Earliest start, e.g. 2026-03-01T08:00Z.")
    ] = None,
    role: Annotated[str, typer.Option(help="coordinator or manufacturer.")] = "coordinator",
    move: Annotated[bool, typer.Option("--move", help="Move them, not only propose.")] = False,
    as_json: AsJson = False,
) -> None:
    """Propose new slots after one was missed, and move them.

    The missed slot moves, and of those after it only what must. Nothing is recorded without
    --move.
    """
    actor = acting(account, role, Reschedule.roles)
    require_person(actor)
    with ready_database() as engine:
        which = find_journey(engine, journey)
        require_there(engine, actor, "reschedule", which)
        with transaction(engine) as connection:
            facts, taken = facts_of(connection, which), busy(connection, clock.now())
        kinds: dict[str, Kind] = {one: one for one in ORDER}
        slots = least_movement(facts, kinds[missed], taken, not_before=_moment(not_before))
        if slots is None or not slots:
            raise Refused(
                "no-slot-free",
                "missed",
                "Nothing is free within the next months, or the journey holds no such slot.",
                "Ask the centre and the manufacturer; record reschedule with what they give.",
            )
        if move:
            at = max(clock.now(), facts.since or clock.now())
            command = Reschedule(occurred_at=at, slots=slots, reason="missed")
            request = Request(command, actor, str(uuid4()), which, facts.version)
            record(engine, request, clock.wall())
    _tell(slots, moved=move, as_json=as_json)


def _moment(text: str | None) -> datetime:
    if text is None:
        return clock.now()
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        hint = "write it with its zone: 2026-03-01T09:30Z"
        raise typer.BadParameter(hint, param_hint="--not-before")
    return found


def _tell(slots: tuple[Slot, ...], *, moved: bool, as_json: bool) -> None:
    if as_json:
        show_json({"moved": moved, "slots": [slot.model_dump(mode="json") for slot in slots]})
        return
    rows = [(s.kind, s.resource, moment(s.starts_at), moment(s.ends_at)) for s in slots]
    table("Moved" if moved else "Proposed", ("Slot", "Resource", "From (UTC)", "Until"), rows)
    if not moved:
        say("Nothing is moved yet: say --move.")
