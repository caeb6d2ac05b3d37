"""`atmpflow standing`: put approvals, licences, calibrations and reports on record."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any

import typer

from desk.cli.actor import acting, require_person
from desk.cli.database import ready_database
from desk.cli.frame import Account, AsJson, new_app, one_of
from desk.cli.output import say, show_json
from models.database import transaction
from models.observing import MAY_RECORD, approve, calibrated, license_, report_sent
from tasks import clock

app = new_app(help="Put approvals, licences, calibrations and periodic reports on record.")

APPROVALS = ("ethics", "mhra", "panel", "gmo", "site")
LICENCES = ("hta", "mia", "jacie", "wda")
DEVICES = ("logger", "shipper", "storage", "thermometer")
REPORTS = ("dsur", "progress")
STANDINGS = ("granted", "suspended", "withdrawn")

Reference = Annotated[str, typer.Option("--reference", help="Number of the document.")]
Since = Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="First day.")]
Until = Annotated[datetime, typer.Option("--until", formats=["%Y-%m-%d"], help="Last day.")]
Standing = Annotated[str, one_of("--standing", lambda: STANDINGS, f"{', '.join(STANDINGS)}.")]
As = Annotated[str | None, typer.Option("--role", help="In which role.")]


@app.command("approval")
def approval(  # noqa: PLR0913 - one for each option
    kind: Annotated[str, typer.Argument(help=f"{', '.join(APPROVALS)}.")],
    trial: Annotated[str, typer.Argument(metavar="TRIAL", help="As journeys name it.")],
    *,
    reference: Reference,
    since: Since,
    until: Until,
    site: Annotated[str | None, typer.Option("--site", help="For this centre only.")] = None,
    standing: Standing = "granted",
    account: Account,
    role: As = None,
    as_json: AsJson = False,
) -> None:
    """Put an approval of a trial on record; the newest of its kind counts."""
    _known(kind, APPROVALS)
    values = {"kind": kind, "trial": trial, "organisation": site, **_span(since, until)}
    _keep(
        approve,
        {**values, "reference": reference, "standing": standing},
        account,
        role,
        as_json=as_json,
    )


@app.command("licence")
def licence(  # noqa: PLR0913 - one for each option
    kind: Annotated[str, typer.Argument(help=f"{', '.join(LICENCES)}.")],
    organisation: Annotated[str, typer.Argument(metavar="CODE", help="Of the organisation.")],
    *,
    reference: Reference,
    since: Since,
    until: Until,
    standing: Standing = "granted",
    account: Account,
    role: As = None,
    as_json: AsJson = False,
) -> None:
    """Put a licence of an organisation on record; the newest of its kind counts."""
    _known(kind, LICENCES)
    values = {"kind": kind, "organisation": organisation, **_span(since, until)}
    _keep(
        license_,
        {**values, "reference": reference, "standing": standing},
        account,
        role,
        as_json=as_json,
    )


@app.command("calibration")
def calibration(  # noqa: PLR0913 - one for each option
    kind: Annotated[str, typer.Argument(help=f"{', '.join(DEVICES)}.")],
    device: Annotated[str, typer.Argument(metavar="DEVICE", help="As it is named where used.")],
    *,
    reference: Reference,
    since: Since,
    until: Until,
    account: Account,
    role: As = None,
    as_json: AsJson = False,
) -> None:
    """Put a calibration of a device on record, and until when it holds."""
    _known(kind, DEVICES)
    span = _span(since, until)
    lasts = {"calibrated_at": span["valid_from"], "due_at": span["valid_until"]}
    values = {"kind": kind, "device": device, "certificate": reference, **lasts}
    _keep(calibrated, values, account, role, as_json=as_json)


@app.command("report")
def report(  # noqa: PLR0913 - one for each option
    kind: Annotated[str, typer.Argument(help=f"{', '.join(REPORTS)}.")],
    trial: Annotated[str, typer.Argument(metavar="TRIAL", help="As journeys name it.")],
    *,
    reference: Reference,
    until: Annotated[
        datetime, typer.Option("--until", formats=["%Y-%m-%d"], help="Last day it covers.")
    ],
    account: Account,
    role: As = None,
    as_json: AsJson = False,
) -> None:
    """Put on record that a periodic report of a trial was sent."""
    _known(kind, REPORTS)
    values = {"kind": kind, "trial": trial, "covers_until": until.date(), "sent_at": clock.wall()}
    _keep(report_sent, {**values, "reference": reference}, account, role, as_json=as_json)


def _known(kind: str, known: tuple[str, ...]) -> None:
    if kind not in known:
        raise typer.BadParameter(f"one of: {', '.join(known)}")


def _span(since: datetime, until: datetime) -> dict[str, datetime]:
    """From the beginning of the first day to the end of the last, UTC."""
    end = until.replace(tzinfo=UTC) + timedelta(days=1)
    return {"valid_from": since.replace(tzinfo=UTC), "valid_until": end}


def _day(value: Any) -> Any:
    """A day as JSON writes it; moments are written for us."""
    is_day = isinstance(value, date) and not isinstance(value, datetime)
    return value.isoformat() if is_day else value


def _keep(
    how: Callable[..., None],
    values: Mapping[str, Any],
    account: str,
    role: str | None,
    *,
    as_json: bool,
) -> None:
    actor = acting(account, role, MAY_RECORD)
    require_person(actor)
    with ready_database() as engine, transaction(engine) as connection:
        how(connection, values, by=actor, now=clock.wall())
    if as_json:
        show_json({name: _day(one) for name, one in values.items()})
    else:
        say(f"On record: {values['kind']}, {values.get('reference') or values['certificate']}.")
