"""`atmpflow refer FILE`: a journey for each referral of a file, and advice for each that is not."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy import Engine

from atmpflow.commands.admission import Refer
from atmpflow.people import Role
from desk.cli.actor import acting, require_person
from desk.cli.frame import Account, AsJson, new_app
from desk.cli.looking import journey_row
from desk.cli.output import advise, hint, say, show_json
from desk.cli.trouble import ExitCode, as_dict
from desk.letters import Letter
from desk.sending import kept_if_away
from tasks import clock
from tasks.fhir_answer import answered, breaks_r4, root_of
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
    values = {"account": account, "role": role, "name": name}
    letter = Letter("refer", values, clock.wall(), content)
    with kept_if_away(letter) as engine:
        answers = carry_out(engine, letter)
        said: dict[str, Any] = {
            "opened": [_opened(engine, one) for one in answers if one.answer],
            "refused": [
                {"where": one.where, **as_dict(refused)}
                for one in answers
                for refused in one.refused
            ],
        }
        if as_json and root_of(content):
            said["operation_outcome"] = answered(engine, content, answers)
    if as_json:
        show_json(said)
    else:
        _tell(answers, said["opened"])
        _tell_conformity(content, said["refused"])
    if said["refused"]:
        raise typer.Exit(ExitCode.REFUSED)


def carry_out(engine: Engine, letter: Letter) -> list[Opened]:
    """Open a journey for each referral of a letter's file; every refusal is kept."""
    actor = acting(letter.values["account"], letter.values["role"], Refer.roles)
    return open_from_file(engine, letter.content or b"", letter.values["name"], actor)


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


def _tell_conformity(content: bytes, refused: list[Any]) -> None:
    """Where a FHIR file that was refused breaks R4, also beyond what was read of it."""
    places = {(one["code"], one["field"]) for one in refused}
    more = [one for one in breaks_r4(content) if (one.code, one.field) not in places]
    if refused and more:
        hint("The file does not conform to FHIR R4:")
        advise(more)


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
