"""`atmpflow epcis JOURNEY`: a journey as an EPCIS 2.0 document; what partners sent in vain."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from desk.cli.database import ready_database
from desk.cli.frame import AsJson, Viewer, new_app
from desk.cli.output import hint, moment, say, show_json, table
from desk.cli.recording import find_journey
from models.database import transaction
from models.epcis_events import unmatched
from tasks import clock
from tasks.epcis.export import exported

app = new_app()


@app.command("epcis")
def epcis(
    journey: Annotated[
        str | None, typer.Argument(metavar="JOURNEY", help="Journey id or chain-of-identity id.")
    ] = None,
    *,
    open_: Annotated[
        bool, typer.Option("--open", help="List partners' events that nothing came of, instead.")
    ] = False,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Write it here.")] = None,
    viewer: Viewer = None,
    as_json: AsJson = False,
) -> None:
    """Show a journey as an EPCIS 2.0 document (JSON-LD); it tells nothing of who the patient is.

    With --open: what couriers and others reported that matched no shipment or was refused.
    """
    if open_ == (journey is not None):
        raise typer.BadParameter("name a journey, or --open", param_hint="JOURNEY")
    with ready_database() as engine:
        if journey is None:
            with transaction(engine) as connection:
                _show_open(unmatched(connection), as_json=as_json)
            return
        found = exported(engine, find_journey(engine, journey, viewer), now=clock.wall())
    if out is None:
        show_json(found)
        return
    _write(out, found)
    events = len(found["epcisBody"]["eventList"])
    if as_json:
        show_json({"file": str(out), "events": events})
    else:
        hint(f"{events} events in {out}.")


def _write(file: Path, value: Any) -> None:
    try:
        file.write_text(json.dumps(value, indent=2, ensure_ascii=False), encoding="utf-8")
    except OSError as error:
        why = error.strerror or "it cannot be written"
        raise typer.BadParameter(why, param_hint="--out") from None


def _show_open(rows: list[dict[str, Any]], *, as_json: bool) -> None:
    if as_json:
        show_json(rows)
        return
    if not rows:
        say("Every event that partners sent was recorded, or asked for nothing.")
        return
    columns = ("At", "Partner", "Step", "Became", "Why")
    table("Events that nothing came of", columns, [_row(one) for one in rows])


def _row(one: dict[str, Any]) -> tuple[str, ...]:
    step = str(one["biz_step"] or "").rpartition("BizStep-")[2]
    became = one["outcome"] or "not looked at yet"
    return moment(one["event_time"]), one["partner"], step, became, one["code"] or ""
