"""`atmpflow label`: labels of units and the band of a patient, to print and to scan."""

import sys
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any, Literal
from uuid import UUID

import typer
from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Engine
from sqlmodel import col, select

from atmpflow.codes.elements import bracketed
from atmpflow.codes.scan import ScannedUnit
from atmpflow.errors import Refused
from atmpflow.journey import Facts
from atmpflow.referral import PatientIdentity
from deployments.settings import settings
from desk.cli.database import ready_database
from desk.cli.frame import Account, AsJson, new_app
from desk.cli.looking import looking
from desk.cli.output import say, show_json
from desk.cli.recording import find_journey
from desk.cli.who import identity
from desk.labels.content import GONE, Choice, Content, of_patient, of_shipper, of_unit
from desk.labels.drawing import as_pdf, as_svg
from desk.labels.layout import laid_out
from models.database import transaction
from models.lookups import facts_of
from models.material import Unit
from models.printing import Printed, keep_print
from models.sight import require_sight
from tasks import clock

app = new_app()

Format = Literal["pdf", "svg"]


@app.command("label")
def label(  # noqa: PLR0913 - one parameter an option
    unit: Annotated[
        str | None, typer.Argument(metavar="[UNIT]", help="Unit number, as typed or scanned.")
    ] = None,
    *,
    out: Annotated[str, typer.Option(help="File to write; - is standard output.")],
    account: Account,
    journey: Annotated[str | None, typer.Option(help="Every unit of this journey.")] = None,
    band: Annotated[bool, typer.Option("--band", help="The patient's band instead.")] = False,
    shipper: Annotated[
        bool, typer.Option("--shipper", help="The shipper of the present leg instead.")
    ] = False,
    format: Annotated[Format, typer.Option(help="pdf, or svg for one label.")] = "pdf",
    version: Annotated[
        int | None, typer.Option(help="Version of the label: on record, or the next one.")
    ] = None,
    reactive: Annotated[
        bool, typer.Option("--reactive", help="An infection marker is positive.")
    ] = False,
    reason: Annotated[
        str | None, typer.Option(help="Print who the patient is, for this reason; it is kept.")
    ] = None,
    role: Annotated[str | None, typer.Option(help="Your role, with --reason.")] = None,
    as_json: AsJson = False,
) -> None:
    """Make the labels of a unit, a journey, its shipper or its patient, as PDF or SVG.

    No label names the patient unless --reason is given. Each print is kept: who, when, which copy.
    """
    _require_one_target(unit, journey, other=band or shipper)
    with ready_database() as engine:
        where, units = _found(engine, unit, journey)
        _require_sight(engine, where, account)
        patient = _patient(engine, where, account, role, reason)
        choice = Choice(version, reactive, settings().gs1_company_prefix, patient)
        made = _made(_facts(engine, where), units, choice, band=band, shipper=shipper)
        content = _content(made, format)
        copies = _keep(engine, where, made, (format, sha256(content).digest()), account)
    _write(content, out)
    _tell(made, copies, out, as_json=as_json)


def _facts(engine: Engine, journey: UUID) -> Facts:
    with transaction(engine) as connection:
        return facts_of(connection, journey)


def _made(
    facts: Facts, units: Sequence[Unit], choice: Choice, *, band: bool, shipper: bool
) -> list[Content]:
    if shipper:
        return [of_shipper(facts)]
    if band:
        return [of_patient(facts, choice)]
    return [of_unit(one, facts, choice) for one in units]


def _require_one_target(unit: str | None, journey: str | None, *, other: bool) -> None:
    if (unit is None) == (journey is None):
        raise typer.BadParameter("give a unit number, or --journey", param_hint="UNIT")
    if other and journey is None:
        message = "band and shipper are a journey's: give --journey"
        raise typer.BadParameter(message, param_hint="--band or --shipper")


def _found(engine: Engine, unit: str | None, journey: str | None) -> tuple[UUID, Sequence[Unit]]:
    if unit is not None:
        one = _unit(engine, _number(unit))
        return one.journey_id, [one]
    where = find_journey(engine, journey or "")
    wanted = select(Unit).where(Unit.journey_id == where, col(Unit.state).not_in(GONE))
    with looking(engine) as session:
        return where, session.exec(wanted.order_by(col(Unit.kind), col(Unit.unit))).all()


def _require_sight(engine: Engine, journey: UUID, account: str) -> None:
    """Who prints is on record, and may see the journey."""
    with transaction(engine) as connection:
        require_sight(connection, journey, account, clock.wall())


def _number(text: str) -> str:
    try:
        return TypeAdapter(ScannedUnit).validate_python(text)
    except ValidationError:
        message = "This is no label of a unit."
        raise Refused("scan-unreadable", "unit", message, "Scan the unit's label again.") from None


def _unit(engine: Engine, number: str) -> Unit:
    with looking(engine) as session:
        found = session.get(Unit, number)
    if found is None:
        remedy = "Scan it again, or look at the journey: atmpflow journey."
        raise Refused("unit-unknown", "unit", "No journey has this unit.", remedy)
    return found


def _patient(
    engine: Engine, journey: UUID, account: str, role: str | None, reason: str | None
) -> PatientIdentity | None:
    """Who the patient is, only where a reason is given; the look is kept."""
    return None if reason is None else identity(engine, journey, account, role, reason)


def _content(made: Sequence[Content], format: Format) -> bytes:
    if not made:
        message = "This journey has no unit that could get a label."
        raise Refused("label-none", "journey", message, "Record the collection or the product.")
    if format == "svg" and len(made) > 1:
        raise typer.BadParameter("svg holds one label: name the unit", param_hint="--format")
    sheets = [laid_out(one) for one in made]
    return as_pdf(sheets) if format == "pdf" else as_svg(sheets[0]).encode()


def _keep(
    engine: Engine, journey: UUID, made: Sequence[Content], file: tuple[Format, bytes], by: str
) -> list[int]:
    """Put each label on record before it can be printed; its copy numbers."""
    with transaction(engine) as connection:
        return [
            keep_print(
                connection,
                Printed(journey, one.kind, one.identifiers[-1][1], one.version, *file),
                by,
                clock.now(),
            )
            for one in made
        ]


def _write(content: bytes, out: str) -> None:
    if out == "-":
        sys.stdout.buffer.write(content)
        return
    try:
        Path(out).write_bytes(content)
    except OSError as error:
        reason = error.strerror or "it cannot be written"
        raise typer.BadParameter(reason, param_hint="--out") from None


def _tell(made: Sequence[Content], copies: Sequence[int], out: str, *, as_json: bool) -> None:
    if out == "-":
        return
    if as_json:
        said: list[dict[str, Any]] = [
            {
                **{name.lower(): value for name, value in one.identifiers},
                "symbol": bracketed(one.elements),
                "warnings": one.warnings,
                "version": one.version,
                "copy": copy,
            }
            for one, copy in zip(made, copies, strict=True)
        ]
        show_json({"file": out, "labels": said})
        return
    again = f", copy {max(copies)}" if max(copies) > 1 else ""
    say(f"{len(made)} label{'s' if len(made) > 1 else ''} in {out}{again}.")
