"""`atmpflow fhir JOURNEY`: a journey as a FHIR R4 Bundle, pseudonymised unless asked otherwise."""

import json
import os
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer
from sqlalchemy import Engine

from atmpflow.fhir.elements import Element
from desk.cli.database import ready_database
from desk.cli.frame import AsJson, Viewer, login, new_app
from desk.cli.output import hint, show_json
from desk.cli.recording import find_journey
from desk.cli.trouble import ExitCode
from desk.cli.who import identity
from tasks.fhir_export import exported
from tasks.intake.fhir_journey import Retold, retold
from tasks.intake.json_text import json_of
from tasks.intake.text import text_of

app = new_app()


@app.command("fhir")
def fhir(  # noqa: PLR0913 - one parameter an option
    journey: Annotated[str, typer.Argument(help="Journey id or chain-of-identity id.")],
    *,
    identified: Annotated[
        bool, typer.Option("--identified", help="With who the patient is; the look is kept.")
    ] = False,
    reason: Annotated[str, typer.Option(help="Why, with --identified: a code or number.")] = "",
    role: Annotated[str | None, typer.Option(help="The role in which you act.")] = None,
    viewer: Viewer = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write it here, for you alone to read.")
    ] = None,
    check: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Compare an exported Bundle instead.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show a journey as a FHIR R4 Bundle, or compare one with the record.

    Without --identified it holds nothing that says who the patient is. With --check it says
    whether a Bundle that was exported still says what the record says.
    """
    with ready_database() as engine:
        found = find_journey(engine, journey, viewer)
        if check is not None:
            _compare(engine, found, check)
            return
        value = _export(engine, found, viewer or login(), role, reason if identified else None)
    if out is None:
        show_json(value)
        return
    _write(out, value)
    if as_json:
        show_json({"file": str(out), "resources": len(value["entry"])})
    else:
        hint(f"{len(value['entry'])} resources in {out}.")


def _export(
    engine: Engine, journey: UUID, account: str, role: str | None, reason: str | None
) -> Element:
    if reason is None:
        return exported(engine, journey)
    patient = identity(engine, journey, account, role, reason)
    return exported(engine, journey, patient)


def _write(file: Path, value: Any) -> None:
    try:
        opened = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(opened, "w", encoding="utf-8") as stream:
            json.dump(value, stream, indent=2, ensure_ascii=False)
    except OSError as error:
        why = error.strerror or "it cannot be written"
        raise typer.BadParameter(why, param_hint="--out") from None


def _compare(engine: Engine, journey: UUID, file: Path) -> None:
    """Exit with findings where the Bundle says otherwise than the record."""
    try:
        content = file.read_bytes()
    except OSError as error:
        why = error.strerror or "it cannot be read"
        raise typer.BadParameter(why, param_hint="--check") from None
    theirs = retold(json_of(text_of(content)))
    differs = differences(theirs, retold(exported(engine, journey)))
    show_json({"same": not differs, "differs": differs})
    if differs:
        raise typer.Exit(ExitCode.FINDINGS)


def differences(theirs: Retold, ours: Retold) -> list[str]:
    """In what a Bundle says otherwise than the record."""
    return [
        name for name in Retold.__dataclass_fields__ if getattr(theirs, name) != getattr(ours, name)
    ]
