"""`atmpflow identify`: who a patient is, kept apart; everything else knows an opaque id."""

import sys
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID, uuid4

import typer
from pydantic import ValidationError
from sqlalchemy import Engine

from atmpflow.errors import Refused
from atmpflow.people import Actor, Role
from atmpflow.referral import PatientIdentity, Referral, checked
from desk.cli.actor import acting, require_person
from desk.cli.database import ready_database
from desk.cli.fields import refusals
from desk.cli.frame import Account, AsJson, new_app
from desk.cli.keep import Attempt, as_content, keep
from desk.cli.known import require_on_record
from desk.cli.output import say, show_json
from desk.cli.trouble import AllRefused
from models.people import remember
from tasks import clock
from tasks.intake.json_text import json_of
from tasks.intake.text import text_of

app = new_app()

FIELDS = PatientIdentity.model_fields
MAY = frozenset({Role.REFERRER, Role.COORDINATOR})
"""Those who refer are those who know the patient."""


@app.command("identify")
def identify(
    account: Account,
    *,
    file: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="A JSON object with the fields; - is a pipe."),
    ] = None,
    role: Annotated[str, typer.Option(help="referrer or coordinator.")] = Role.COORDINATOR.value,
    as_json: AsJson = False,
) -> None:
    """Keep a patient's identity and print its opaque person id, for `record refer --person`.

    Without a file it asks for each value, so that none stays in the shell's history. The same
    patient always has the same id.
    """
    actor = acting(account, role, MAY)
    require_person(actor)
    content = _content(file) if file else as_content(_asked())
    with ready_database() as engine:
        require_on_record(engine, actor, "identify")
        person = _kept(engine, content, actor)
    if as_json:
        show_json({"person": person})
    else:
        say(str(person))


def _content(file: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        reason = error.strerror or "it cannot be read"
        raise typer.BadParameter(reason, param_hint="--file") from None


def _asked() -> dict[str, str]:
    """Each value, asked for on standard error so that the answer alone is on standard output."""
    return {name: _ask(f"{one.title} ({one.description})") for name, one in FIELDS.items()}


def _ask(question: str) -> str:
    # Not input(): with its prompt elsewhere it still writes a blank on standard output.
    typer.echo(f"{question}: ", err=True, nl=False)
    line = sys.stdin.readline()
    if not line:
        raise typer.Abort
    return line.rstrip("\r\n")


def _kept(engine: Engine, content: bytes, actor: Actor) -> UUID:
    attempt = Attempt("identify", actor, str(uuid4()), content, "identity.json")
    try:
        return remember(engine, _identity(content), clock.wall())
    except Refused as refused:
        keep(engine, attempt, (refused,))
        raise
    except AllRefused as several:
        keep(engine, attempt, several.refused)
        raise


def _identity(content: bytes) -> PatientIdentity:
    values: Any = json_of(text_of(content))
    try:
        found = PatientIdentity.model_validate(values)
    except ValidationError as error:
        raise AllRefused(refusals(PatientIdentity, error)) from None
    now = clock.wall()
    # Only the date of birth is looked at: this is of no referral yet.
    none = Referral.model_construct(patient=found, referred_on=now.date(), source_reference="")
    checked(none, now)
    return found
