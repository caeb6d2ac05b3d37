"""`atmpflow refer FILE`: a journey for each referral of a file, and advice for each that is not."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy import Engine

from atmpflow.commands.admission import Refer
from atmpflow.people import Role
from desk.cli.actor import acting, require_person
from desk.cli.database import ready_database
from desk.cli.frame import Account, AsJson, new_app
from desk.cli.looking import journey_row
from desk.cli.output import advise, hint, say, show_json
from desk.cli.trouble import ExitCode, as_dict
from tasks.open import Opened, open_from_file

app = new_app()


@app.command("refer")
def refer(
    file: Annotated[
        str,
        typer.Argument(metavar="FILE", help="BaRS FHIR message, our JSON, or CSV; - is a pipe."),
    ],
    account: Account,
    *,
    role: Annotated[str, typer.Option(help="referrer or coordinator.")] = Role.REFERRER.value,
    as_json: AsJson = False,
) -> None:
    """Open a journey for each referral of a file. The file and every refusal are kept.

    Sending a file twice opens nothing twice. Exit code 3 when any referral was refused.
    """
    actor = acting(account, role, Refer.roles)
    require_person(actor)
    name, content = _content(file)
    with ready_database() as engine:
        answers = open_from_file(engine, content, name, actor)
        said = {
            "opened": [_opened(engine, one) for one in answers if one.answer],
            "refused": [
                {"where": one.where, **as_dict(refused)}
                for one in answers
                for refused in one.refused
            ],
        }
    if as_json:
        show_json(said)
    else:
        _tell(answers, said["opened"])
    if said["refused"]:
        raise typer.Exit(ExitCode.REFUSED)


def _content(file: str) -> tuple[str, bytes]:
    try:
        if file == "-":
            return "pipe", sys.stdin.buffer.read()
        return Path(file).name, Path(file).read_bytes()
    except OSError as error:
        reason = error.strerror or "it cannot be read"
        raise typer.BadParameter(f"{reason}; give a file of referrals", param_hint="FILE") from None


def _opened(engine: Engine, one: Opened) -> dict[str, Any]:
    assert one.answer is not None  # noqa: S101 - only these are asked for
    row = journey_row(engine, one.answer.journey)
    return {
        "where": one.where,
        "journey": row.id,
        "coi": row.coi,
        "product": row.product,
        "centre": row.centre,
        "version": one.answer.version,
        "repeated": one.answer.repeated,
    }


def _tell(answers: list[Opened], opened: list[dict[str, Any]]) -> None:
    for one in opened:
        before = "open since before: " if one["repeated"] else "opened "
        say(f"{one['where']}: {before}{one['coi']}, {one['product']} at {one['centre']}")
    for one in answers:
        if one.refused:
            hint(f"{one.where}:")
            advise(one.refused)
    if opened:
        hint("The engine takes them on while `atmpflow up` runs. See: atmpflow journeys.")
