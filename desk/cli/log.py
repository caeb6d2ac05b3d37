"""`atmpflow log FILE`: a temperature logger's export for the leg that was received last."""

from datetime import datetime
from pathlib import Path
from typing import Annotated
from uuid import UUID, uuid4

import typer
from sqlalchemy import Engine

from atmpflow.commands.shipment import RecordTemperatureLog
from atmpflow.errors import Refused
from atmpflow.events.shipment import CourierBooked
from atmpflow.people import Actor
from desk.cli.actor import acting, require_person
from desk.cli.frame import Account, AsJson, new_app, one_of
from desk.cli.keep import Attempt, keep
from desk.cli.looking import journey_row, summary
from desk.cli.output import say, show_json
from desk.cli.recording import find_journey
from desk.letters import Letter
from desk.sending import kept_if_away
from models.database import transaction
from models.journey import Journey
from models.lookups import facts_of
from models.record import Answer
from tasks import clock
from tasks.logger import LoggerExport, read_export, record_log
from tasks.loggers.mapped import formats
from tasks.loggers.reader import PLAIN

app = new_app()


@app.command("log")
def log(  # noqa: PLR0913 - one parameter an option
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="Text or CSV export."),
    ],
    account: Account,
    *,
    journey: Annotated[str, typer.Option(help="Journey id or chain-of-identity id.")],
    logger: Annotated[str, typer.Option(help="Serial number of the logger.")],
    zone: Annotated[
        str, typer.Option(help="Zone of the logger's clock, e.g. Europe/London.")
    ] = "UTC",
    format: Annotated[
        str, one_of("--format", formats, "How its columns are named; see docs/cold-chain.md.")
    ] = PLAIN,
    role: Annotated[
        str | None, typer.Option(help="courier, manufacturer or atmp-pharmacist (required).")
    ] = None,
    at: Annotated[
        str | None, typer.Option(metavar="TIME", help="When it was read, e.g. 2026-03-01T09:30Z.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Record a logger's export. The file is kept byte for byte, the readings judged by the engine.

    The leg is the one under way. Sending the same file twice records it once.
    """
    acting(account, role, RecordTemperatureLog.roles)
    who = {"account": account, "role": role, "at": _moment(at).isoformat()}
    what = {"journey": journey, "logger": logger, "zone": zone, "format": format}
    what["name"] = file.name
    letter = Letter("log", who | what, clock.wall(), file.read_bytes())
    with kept_if_away(letter) as engine:
        answer = carry_out(engine, letter)
        row = journey_row(engine, answer.journey)
    _tell(answer, row, as_json=as_json)


def _tell(answer: Answer, row: Journey, *, as_json: bool) -> None:
    if as_json:
        events = {"events": answer.events, "repeated": answer.repeated}
        show_json({**summary(row, clock.now()), **events})
        return
    say(f"{'Recorded before' if answer.repeated else 'Recorded'}: the log of {row.coi}.")
    say(f"It waits for {row.waits_for} ({row.waits_owner}).")


def carry_out(engine: Engine, letter: Letter) -> Answer:
    """Record the export that a letter brings. Raises Refused, after keeping what was asked."""
    asked = letter.values
    actor = acting(asked["account"], asked["role"], RecordTemperatureLog.roles)
    export = LoggerExport(
        letter.content or b"",
        asked["name"],
        asked["logger"],
        asked["zone"],
        asked.get("format", PLAIN),  # letters of earlier versions do not say it
    )
    at = datetime.fromisoformat(asked["at"])
    return _recorded(engine, asked["journey"], export, actor=actor, at=at)


def _moment(text: str | None) -> datetime:
    if text is None:
        return clock.wall()
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise typer.BadParameter("write it with its zone: 2026-03-01T09:30Z", param_hint="--at")
    return found


def _recorded(
    engine: Engine, journey_text: str, export: LoggerExport, *, actor: Actor, at: datetime
) -> Answer:
    name = RecordTemperatureLog.name
    attempt = Attempt(name, actor, str(uuid4()), export.content, export.filename)
    try:
        require_person(actor)
        journey = find_journey(engine, journey_text)
        _require_readable(engine, journey, export)
    except Refused as refused:
        keep(engine, attempt, (refused,))
        raise
    return record_log(engine, journey, export, actor, at=at)


def _require_readable(engine: Engine, journey: UUID, export: LoggerExport) -> None:
    """What is refused before there is a command would leave no trace; so it is asked first."""
    read_export(export)
    with transaction(engine) as connection:
        booked = facts_of(connection, journey).last(CourierBooked)
    if booked is None:
        raise Refused(
            "out-of-order",
            "",
            "No shipment is booked for this journey.",
            "Look at what it waits for: atmpflow journey ID.",
        )
