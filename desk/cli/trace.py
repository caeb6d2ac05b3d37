"""`atmpflow trace`: from donor to patient and back, from wherever one stands."""

from typing import Annotated

import typer

from desk.cli.database import ready_database
from desk.cli.frame import AsJson, Viewer, new_app
from desk.cli.output import moment, say, show_json, table
from models.database import transaction
from models.trace import From, Link, seen_by, trace
from tasks import clock

app = new_app()

COLUMNS = ("From", "", "To", "", "Journey", "Product", "Given")


@app.command("trace")
def follow(  # noqa: PLR0913 - one for each option
    *,
    lot: Annotated[str | None, typer.Option("--lot", help="A batch, lot or shipper.")] = None,
    donor: Annotated[
        str | None, typer.Option("--donor", help="A donor's opaque id, or a donation number.")
    ] = None,
    unit: Annotated[str | None, typer.Option("--unit", help="A unit number.")] = None,
    journey: Annotated[str | None, typer.Option("--journey", help="A journey's id or COI.")] = None,
    patient: Annotated[
        str | None, typer.Option("--patient", help="A patient's opaque person id.")
    ] = None,
    viewer: Viewer = None,
    as_json: AsJson = False,
) -> None:
    """Follow a lot, donor, unit, journey or patient from donor to patient and back.

    Kept for 30 years after the product's expiry (Reg. (EC) 1394/2007 Art. 15).
    """
    given: dict[From, str | None] = {
        "lot": lot, "donor": donor, "unit": unit, "journey": journey, "patient": patient,
    }  # fmt: skip
    start, text = _start(given)
    with ready_database() as engine, transaction(engine) as connection:
        found = trace(connection, start, text)
        if viewer is not None:
            found = seen_by(connection, found, viewer, clock.wall())
    if as_json:
        show_json([{name: getattr(one, name) for name in Link.__slots__} for one in found])
    elif found:
        table(f"From {start} {text}, both ways", COLUMNS, [_row(one) for one in found])
    else:
        say("Nothing on record came of it or went into it.")


def _start(given: dict[From, str | None]) -> tuple[From, str]:
    named: list[tuple[From, str]] = [(start, text) for start, text in given.items() if text]
    if len(named) != 1:
        raise typer.BadParameter(
            "name one", param_hint="--lot, --donor, --unit, --journey or --patient"
        )
    return named[0]


def _row(one: Link) -> tuple[str, ...]:
    to = (one.child_kind, one.child)
    place = (one.coi or "", one.product or "", moment(one.given_at))
    return (one.parent_kind, one.parent, *to, *place)
