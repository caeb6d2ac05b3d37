"""What `record` does: read the fields, find the journey, record, and say where it stands now."""

import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import typer
from pydantic import ValidationError
from sqlalchemy import Engine

from atmpflow.codes.coi import PREFIX, check
from atmpflow.commands import COMMANDS
from atmpflow.commands.admission import Refer
from atmpflow.errors import Refused
from atmpflow.message import Command
from desk.cli.actor import acting, require_person
from desk.cli.fields import field_invalid, refusals, untimely
from desk.cli.keep import Attempt, as_content, keep
from desk.cli.looking import journey_row, summary
from desk.cli.output import say, show_json
from desk.cli.record import MOMENT, option_name
from desk.cli.trouble import AllRefused
from desk.cli.values import typed
from desk.letters import Letter
from desk.sending import kept_if_away
from models.database import transaction
from models.lookups import journey_by
from models.record import Answer, Request, record
from models.sight import look_as, sight_of
from tasks import clock
from tasks.intake.json_text import json_of
from tasks.intake.text import text_of
from tasks.open import recognised


@dataclass(frozen=True, slots=True)
class Given:
    """What stood on the command line."""

    words: Mapping[str, Any]
    account: str
    role: str | None
    key: str | None
    expect: int | None
    file: str | None
    as_json: bool
    journey_text: str = ""
    signature: str | None = None


def record_given(kind: type[Command], given: Given) -> None:
    """Record one command and say what followed.

    Raises Refused, after keeping what was asked, and Kept when the database is away.
    """
    acting(given.account, given.role, kind.roles)  # what is wrong with the line itself comes first
    letter = letter_of(kind, given)
    with kept_if_away(letter) as engine:
        answer = carry_out(engine, letter)
        row = journey_row(engine, answer.journey)
    said = {**summary(row, clock.now()), "events": answer.events, "repeated": answer.repeated}
    if given.as_json:
        show_json(said)
        return
    what = "Recorded before" if answer.repeated else f"Recorded: {', '.join(answer.events)}"
    say(f"{what}. {row.coi} is now at version {row.version}, stage {row.stage}.")
    if row.waits_for:
        say(f"It waits for {row.waits_for} ({row.waits_owner}).")


def letter_of(kind: type[Command], given: Given) -> Letter:
    """What is asked, with its key and its moment: however often it is sent, it is the same."""
    fixed = replace(given, key=given.key or str(uuid4()))
    values = {"command": kind.name, **asdict(fixed)}
    return Letter("record", values, clock.wall(), _file(given.file))


def carry_out(engine: Engine, letter: Letter) -> Answer:
    """Record what a letter asks. Raises Refused, after keeping what was asked."""
    values = dict(letter.values)
    kind = COMMANDS[values.pop("command")]
    return _recorded(engine, kind, Given(**values), letter)


def _file(name: str | None) -> bytes | None:
    if name is None:
        return None
    try:
        return sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        reason = error.strerror or "it cannot be read"
        raise typer.BadParameter(reason, param_hint="--file") from None


def _recorded(engine: Engine, kind: type[Command], given: Given, letter: Letter) -> Answer:
    actor, content = acting(given.account, given.role, kind.roles), letter.content
    key = given.key or ""
    asked = {"journey": given.journey_text, "words": given.words}
    kept = as_content({**asked, "file": (content or b"").decode("utf-8", "replace")})
    attempt = Attempt(kind.name, actor, key, kept)
    journey: UUID | None = None
    try:
        require_person(actor)
        journey = find_journey(engine, given.journey_text) if kind is not Refer else None
        command = _command(kind, given.words, content, now=letter.asked_at)
    except Refused as refused:
        keep(engine, attempt, (refused,))
        raise
    except AllRefused as several:
        keep(engine, _about(attempt, kind, journey), several.refused)
        raise
    if isinstance(command, Refer):
        key, journey = recognised(command)
    assert journey is not None  # noqa: S101 - only a referral has none yet
    request = Request(command, actor, key, journey, given.expect, signature=given.signature)
    return record(engine, request, clock.wall())


def _about(attempt: Attempt, kind: type[Command], journey: UUID | None) -> Attempt:
    return Attempt(
        attempt.name, attempt.actor, attempt.key, attempt.content, kind=kind, journey=journey
    )


def find_journey(engine: Engine, text: str, viewer: str | None = None) -> UUID:
    """The journey with this id or chain-of-identity id, as typed or scanned.

    Where a viewer is named, only among those that they may see. Raises Refused `coi-format`,
    `coi-check-character`, `journey-unknown` or `account-unknown`.
    """
    read = check(text, "journey") if text.strip().upper().startswith(PREFIX) else text.strip()
    with transaction(engine) as connection:
        if viewer is not None:
            look_as(connection, sight_of(connection, viewer, clock.wall()))
        return journey_by(connection, read)


def _command(
    kind: type[Command], words: Mapping[str, Any], content: bytes | None, *, now: datetime
) -> Command:
    """The command that file and options make; options win. Raises Refused or AllRefused."""
    values = {**_from_file(content), **typed(kind, words)}
    values.setdefault(MOMENT, now)
    wrong = tuple(field_invalid(kind, place, option_name) for place in untimely(kind, values))
    try:
        command = kind.model_validate(values)
    except ValidationError as error:
        found = refusals(kind, error, option_name)
        raise AllRefused(tuple(dict.fromkeys((*wrong, *found)))) from None
    if wrong:
        raise AllRefused(wrong)
    return command


def _from_file(content: bytes | None) -> dict[str, Any]:
    if content is None:
        return {}
    values: Any = json_of(text_of(content))
    if isinstance(values, dict):
        return values
    raise Refused(
        "json-not-a-command", "file", "The file holds no JSON object.", "Write {...} with fields."
    )
