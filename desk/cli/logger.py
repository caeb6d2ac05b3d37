"""`atmpflow logger`: the register of loggers, and what they sent that was refused."""

from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from atmpflow.errors import Refused
from atmpflow.rules.cold_chain import LONGEST_INTERVAL_S
from atmpflow.rules.logger import Registered
from desk.cli.actor import acting, require_person
from desk.cli.database import ready_database
from desk.cli.frame import Account, AsJson, new_app, one_of
from desk.cli.output import hint, moment, say, show_json, table
from models.batches import refusals
from models.database import Connection, transaction
from models.observing import MAY_RECORD
from models.registering import register, register_now, registered
from tasks import clock
from tasks.loggers.mapped import zone_named

app = new_app(
    no_args_is_help=True,
    help="Register loggers, and list what they sent on the way that was refused.",
)

DAYS = ["%Y-%m-%d", "%Y-%m-%dT%H:%MZ"]
UNITS = ("C", "F")
REFUSED: tuple[str, ...] = (
    "at", "source", "sender", "batch", "logger", "code", "refused", "problems",
)  # fmt: skip

Serial = Annotated[str, typer.Argument(metavar="SERIAL", help="As it stands on the logger.")]
Since = Annotated[
    datetime | None, typer.Option("--from", formats=DAYS, help="From when; now if left out.")
]
As = Annotated[str | None, typer.Option("--role", help="In which role.")]


@app.command("add")
def add(  # noqa: PLR0913 - one parameter an option
    serial: Serial,
    *,
    model: Annotated[str, typer.Option("--model", help="Maker's name of it.")],
    sensor: Annotated[str, typer.Option("--sensor", help="Number of its sensor.")],
    unit: Annotated[str, one_of("--unit", lambda: UNITS, "C or F, as it writes.")] = "C",
    zone: Annotated[str, typer.Option("--zone", help="Of its clock, e.g. Europe/London.")] = "UTC",
    interval: Annotated[
        float, typer.Option("--interval", min=0.1, help="Minutes between two readings.")
    ],
    owner: Annotated[str, typer.Option("--owner", metavar="CODE", help="Whose it is.")],
    sender: Annotated[
        str | None, typer.Option("--sender", help="Account that sends what it reads on the way.")
    ] = None,
    since: Since = None,
    account: Account,
    role: As = None,
    as_json: AsJson = False,
) -> None:
    """Register a logger, or what is different of it from now on; the newest entry counts."""
    zone_named(zone)
    if interval * 60 > LONGEST_INTERVAL_S:
        most = f"at most {LONGEST_INTERVAL_S / 60:g} minutes: a leg is not watched otherwise"
        raise typer.BadParameter(most, param_hint="--interval")
    new = Registered(serial, model, sensor, unit, zone, interval * 60, owner, sender)
    _register(new, since, account, role, in_use=True)
    _tell(f"Registered {serial}.", {"serial": serial}, as_json=as_json)
    hint(f"Put its calibration on record: atmpflow standing calibration logger {serial} ...")


@app.command("withdraw")
def withdraw(
    serial: Serial,
    *,
    account: Account,
    role: As = None,
    as_json: AsJson = False,
) -> None:
    """Take a logger out of use from now on: a leg that it travels with is held."""
    with ready_database() as engine, transaction(engine) as connection:
        there = _known(connection, serial)
    _register(there, None, account, role, in_use=False)
    _tell(f"Withdrawn: {serial}.", {"serial": serial}, as_json=as_json)


def _known(connection: Connection, serial: str) -> Registered:
    found = registered(connection, serial, clock.wall())
    if found is None:
        raise Refused(
            "logger-unknown",
            "serial",
            "No logger in use is registered under this serial number.",
            "Look at the register: atmpflow logger list.",
        )
    return found


def _register(
    new: Registered, since: datetime | None, account: str, role: str | None, *, in_use: bool
) -> None:
    actor = acting(account, role, MAY_RECORD)
    require_person(actor)
    now = clock.wall()
    begins = since.replace(tzinfo=UTC) if since else now
    with ready_database() as engine, transaction(engine) as connection:
        register(connection, new, begins, by=actor, now=now, in_use=in_use)


@app.command("list")
def list_loggers(*, as_json: AsJson = False) -> None:
    """List every logger with its sensor and until when it is calibrated."""
    with ready_database() as engine, transaction(engine) as connection:
        rows = register_now(connection)
    if as_json:
        show_json([_as_json(*one) for one in rows])
        return
    columns = ("Logger", "Model", "Sensor", "Unit", "Zone", "Every", "Owner", "Sender", "Until", "")
    table("", columns, [_row(*one) for one in rows])
    hint("Until: the day to which it is calibrated.")


def _as_json(
    one: Registered, standing: str, since: datetime, due: datetime | None
) -> dict[str, Any]:
    says = {name: getattr(one, name) for name in one.__dataclass_fields__}
    return {**says, "standing": standing, "valid_from": since, "calibrated_until": due}


def _row(one: Registered, standing: str, since: datetime, due: datetime | None) -> tuple[str, ...]:
    until = f"{due:%Y-%m-%d}" if due else "never calibrated"
    every = f"{one.interval_s / 60:g} min"
    what = (one.serial, one.model, one.sensor, one.unit, one.zone, every, one.owner)
    return (*what, one.sender or "", until, "" if standing == "in-use" else standing)


@app.command("refused")
def refused(*, as_json: AsJson = False) -> None:
    """List batches of readings that were refused, in whole or in part, the newest first."""
    with ready_database() as engine, transaction(engine) as connection:
        rows = [dict(zip(REFUSED, one, strict=True)) for one in refusals(connection)]
    if as_json:
        show_json(rows)
        return
    if not rows:
        say("Nothing that loggers sent was refused.")
        return
    table("", ("At", "By", "Sender", "Batch", "Logger", "What is wrong"), map(_refused_row, rows))


def _refused_row(one: dict[str, Any]) -> tuple[str, ...]:
    first = one["problems"][0]
    more = f" (and {len(one['problems']) - 1} more)" if len(one["problems"]) > 1 else ""
    wrong = f"{first['code']} {first['field']}: {first['message']}{more}"
    who = (one["source"], one["sender"], one["batch"] or "", one["logger"] or "")
    return (moment(one["at"]), *who, wrong)


def _tell(text: str, told: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        show_json(told)
    else:
        say(text)
