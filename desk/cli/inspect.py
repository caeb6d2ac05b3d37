"""`atmpflow inspect`: what an inspector is given of a journey, a batch, a site or a period."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from desk.cli.database import ready_database
from desk.cli.frame import AsJson, Viewer, login, new_app
from desk.cli.output import say, show_json
from desk.cli.trouble import ExitCode
from models.inspection.scope import Scope
from tasks import clock

if TYPE_CHECKING:
    from desk.inspection.making import Made

app = new_app()

Day = Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day.")]
Last = Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day.")]

WHICH = "--journey, --batch, --site, or --from with --to"


@app.command("inspect")
def inspect(  # noqa: PLR0913 - one parameter an option
    *,
    journey: Annotated[
        str | None, typer.Option("--journey", metavar="ID", help="A journey's id or COI.")
    ] = None,
    batch: Annotated[
        str | None, typer.Option("--batch", metavar="NUMBER", help="A batch, lot or shipper.")
    ] = None,
    site: Annotated[
        str | None, typer.Option("--site", metavar="CODE", help="An organisation's code.")
    ] = None,
    since: Day = None,
    until: Last = None,
    summary: Annotated[
        bool, typer.Option("--summary", help="Tables and counts, no chapter of each journey.")
    ] = False,
    verify: Annotated[
        bool,
        typer.Option(help="Verify the whole record, too; else cite the newest check of it."),
    ] = True,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder of the two files.")] = Path(),
    check: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Check an archive against its manifest.")
    ] = None,
    viewer: Viewer = None,
    as_json: AsJson = False,
) -> None:
    """Give an inspector a journey, a batch, a site or a period: one PDF and one archive.

    Both hold the record as of one moment and say nothing of who the patients are. With --check:
    whether an archive is still what its manifest says; no database is needed.
    """
    scope = _scope(journey, batch, site, since, until)
    if (check is None) == (scope is None):
        raise typer.BadParameter("name one", param_hint=f"{WHICH}; or --check")
    if scope is None or check is not None:
        _check(check or Path(), as_json=as_json)
        return
    made = _made(scope, out, viewer, summary=summary, verify=verify)
    _tell(made, as_json=as_json)


def _scope(
    journey: str | None,
    batch: str | None,
    site: str | None,
    since: datetime | None,
    until: datetime | None,
) -> Scope | None:
    """What was asked for; none where nothing was."""
    period = since is not None or until is not None
    if sum((journey is not None, batch is not None, site is not None or period)) > 1:
        raise typer.BadParameter("name one; only a site may have a period", param_hint=WHICH)
    if (since is None) != (until is None):
        raise typer.BadParameter("a period has a first and a last day", param_hint="--from, --to")
    if journey is not None:
        return Scope("journey", journey.strip())
    if batch is not None:
        return Scope("batch", batch.strip())
    if site is None and not period:
        return None
    kind = "site" if site is not None else "period"
    code = site.strip().upper() if site is not None else None
    return Scope(kind, site=code, since=_begin(since), until=_end(until))


def _begin(day: datetime | None) -> datetime | None:
    return None if day is None else day.replace(tzinfo=UTC)


def _end(day: datetime | None) -> datetime | None:
    """A period takes in its last day."""
    return None if day is None else day.replace(tzinfo=UTC) + timedelta(days=1)


def _made(scope: Scope, folder: Path, viewer: str | None, *, summary: bool, verify: bool) -> "Made":
    # Pictures and papers take a second to load, which nobody waits for who asks for help.
    from desk.inspection.gather import Asked  # noqa: PLC0415
    from desk.inspection.making import make  # noqa: PLC0415

    now = clock.wall()
    who = viewer or f"{login()} (login name of the machine; no account was named)"
    asked = Asked(scope, who, now, viewer, summary, verify)
    with ready_database() as engine:
        try:
            return make(engine, asked, folder, _name(scope, now))
        except OSError as error:
            why = error.strerror or "it cannot be written"
            raise typer.BadParameter(why, param_hint="--out") from None


def _name(scope: Scope, now: datetime) -> str:
    """Of the files: what was asked for and when, in letters that every system takes."""
    days = (f"{at:%Y%m%d}" for at in (scope.since, scope.until) if at is not None)
    said = "-".join([scope.kind, scope.text or scope.site or "", *days])
    safe = "".join(
        one if one.isascii() and (one.isalnum() or one in "-_.") else "-" for one in said
    )
    return f"inspection-{safe}-{now:%Y%m%dT%H%M%SZ}"


def _tell(made: "Made", *, as_json: bool) -> None:
    said: dict[str, Any] = {
        "journeys": made.journeys,
        "paper": str(made.paper),
        "paper_sha256": made.paper_sha256,
        "archive": str(made.archive),
        "archive_sha256": made.archive_sha256,
    }
    if as_json:
        show_json(said)
        return
    say(f"{made.journeys} journey(s).")
    for file, digest in ((made.paper, made.paper_sha256), (made.archive, made.archive_sha256)):
        say(f"{file}\n  SHA-256 {digest}")


def _check(file: Path, *, as_json: bool) -> None:
    from desk.inspection.archive import faults  # noqa: PLC0415

    if not file.is_file():
        raise typer.BadParameter("there is no such file", param_hint="--check")
    found = faults(file)
    if as_json:
        show_json({"whole": not found, "faults": found})
    else:
        say("\n".join(found) or "Every file in it is what its manifest says.")
    if found:
        raise typer.Exit(ExitCode.FINDINGS)
