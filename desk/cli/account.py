"""`atmpflow account`: who is known here, and what each of them may do, where and until when."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

import typer

from atmpflow.errors import Refused
from atmpflow.people import Actor, Role
from atmpflow.products.catalogue import catalogue
from atmpflow.rights import ANY, Span, State
from desk.cli.account_page import everybody, page, show_everybody, show_page
from desk.cli.account_token import token
from desk.cli.administering import (
    DAYS,
    Reason,
    Since,
    Until,
    Username,
    administering,
    given_span,
    recording,
    tell,
)
from desk.cli.database import ready_database
from desk.cli.frame import Account, AsJson, new_app, one_of
from desk.cli.output import hint, show_json
from models import appointing
from models.appointing import Certificate, Given, NewAccount
from models.database import transaction
from tasks import clock

app = new_app(
    no_args_is_help=True,
    help="Say who may do what: accounts, appointments, training and delegations.",
)

Name = Annotated[str, typer.Option("--name", help="As printed beside a signature.")]
Organisation = Annotated[
    str, typer.Option("--organisation", metavar="CODE", help="Where they work, by code.")
]
Email = Annotated[str | None, typer.Option("--email", help="For notices; no patient's.")]
RoleOption = Annotated[
    str, one_of("--role", lambda: sorted(set(Role) - {Role.SYSTEM}), "The role it may act in.")
]
Site = Annotated[
    str, typer.Option("--site", metavar="CODE", help="Of whose patients: a centre; * is every one.")
]
Trial = Annotated[str, typer.Option("--trial", help="Registry id; * is every one, and none.")]


@app.command("first")
def first(
    username: Username,
    *,
    name: Name,
    organisation: Organisation,
    email: Email = None,
    as_json: AsJson = False,
) -> None:
    """Add the first administrator; only where there is none."""
    actor = Actor(username, Role.ADMINISTRATOR)
    with recording(actor, "the first administrator") as (connection, why):
        if appointing.administered(connection, why.at):
            raise Refused(
                "administrator-there",
                "",
                "There is an administrator already.",
                "Ask them to add accounts: atmpflow account list shows who it is.",
            )
        account = appointing.add(
            connection, NewAccount(username, name, organisation, email=email), why
        )
        given = Given(Role.ADMINISTRATOR, given_span(None, None, why.at), ANY)
        appointing.appoint(connection, username, given, why)
    tell(f"{username} is the administrator, for a year.", {"account": account}, as_json=as_json)
    hint("Next: atmpflow account add, appoint and train; each with --as and this name.")


@app.command("add")
def add(  # noqa: PLR0913 - one parameter an option
    username: Username,
    *,
    name: Name,
    organisation: Organisation,
    email: Email = None,
    machine: Annotated[
        bool, typer.Option("--machine", help="A system's: it may report, and never signs.")
    ] = False,
    account: Account,
    as_json: AsJson = False,
) -> None:
    """Add an account. It may do nothing until it is appointed."""
    new = NewAccount(username, name, organisation, "machine" if machine else "person", email)
    with administering(account, "added", "add accounts") as (connection, why):
        added = appointing.add(connection, new, why)
    tell(f"Added {username}. Next: atmpflow account appoint.", {"account": added}, as_json=as_json)


@app.command("appoint")
def appoint(  # noqa: PLR0913 - one parameter an option
    username: Username,
    *,
    role: RoleOption,
    site: Site,
    trial: Trial = ANY,
    product: Annotated[str, typer.Option("--product", help="Code; * is every one.")] = ANY,
    since: Since = None,
    until: Until = None,
    reason: Reason,
    account: Account,
    as_json: AsJson = False,
) -> None:
    """Let an account act in a role, at a site, for a trial and a product, until a day."""
    with administering(account, reason, "appoint") as (connection, why):
        given = Given(Role(role), given_span(since, until, why.at), site, trial, product)
        made = appointing.appoint(connection, username, given, why)
    said = f"{username} may act as {role} at {site} until {given.span.until:%Y-%m-%d}."
    tell(said, {"appointment": made}, as_json=as_json)


@app.command("train")
def train(  # noqa: PLR0913 - one parameter an option
    username: Username,
    *,
    product: Annotated[
        str, one_of("--product", lambda: sorted(catalogue()), "The product it is for.")
    ],
    kind: Annotated[str, typer.Option("--kind", help="Such as product, lane or refresher.")] = (
        "product"
    ),
    completed: Annotated[datetime, typer.Option("--completed", formats=DAYS, help="When.")],
    expires: Annotated[datetime, typer.Option("--expires", formats=DAYS, help="Valid until.")],
    certificate: Annotated[str, typer.Option("--certificate", help="Its number.")],
    account: Account,
    as_json: AsJson = False,
) -> None:
    """Put a completed training on record, with the day it runs out."""
    span = Span(completed.replace(tzinfo=UTC), expires.replace(tzinfo=UTC))
    with administering(account, "trained", "record training") as (connection, why):
        made = appointing.train(
            connection, username, Certificate(product, kind, span, certificate), why
        )
    said = f"{username} is trained for {product} until {expires:%Y-%m-%d}."
    tell(said, {"training": made}, as_json=as_json)


@app.command("delegate")
def delegate(  # noqa: PLR0913 - one parameter an option
    to: Username,
    *,
    role: RoleOption,
    site: Site,
    trial: Trial = ANY,
    since: Since = None,
    until: Annotated[datetime, typer.Option("--until", formats=DAYS, help="Until when.")],
    reason: Reason,
    account: Account,
    as_json: AsJson = False,
) -> None:
    """Let somebody else act in a role of yours, never for more or longer than you hold it."""
    with recording(Actor(account, Role(role)), reason) as (connection, why):
        given = Given(Role(role), given_span(since, until, why.at), site, trial)
        made = appointing.delegate(connection, to, given, why)
    said = f"{to} may act as {role} for {account} until {until:%Y-%m-%d}."
    tell(said, {"delegation": made}, as_json=as_json)


@app.command("end")
def end(
    given: Annotated[
        UUID,
        typer.Argument(metavar="ID", help="Of the appointment, training, delegation or token."),
    ],
    *,
    reason: Reason,
    account: Account,
    as_json: AsJson = False,
) -> None:
    """Take back an appointment, a training, a delegation or an access token, from now on."""
    with administering(account, reason, "end what was given") as (connection, why):
        what = appointing.end(connection, given, why)
    tell(f"Ended: {what} {given}.", {"ended": what, "id": given}, as_json=as_json)


def _set_state(username: str, state: State, reason: str, account: str, *, as_json: bool) -> None:
    with administering(account, reason, "change accounts") as (connection, why):
        appointing.set_state(connection, username, state, why)
    tell(f"{username}: {state}.", {"username": username, "state": state}, as_json=as_json)


@app.command("lock")
def lock(username: Username, *, reason: Reason, account: Account, as_json: AsJson = False) -> None:
    """Lock an account: it may do nothing until it is opened."""
    _set_state(username, "locked", reason, account, as_json=as_json)


@app.command("leave")
def leave(username: Username, *, reason: Reason, account: Account, as_json: AsJson = False) -> None:
    """Somebody has left: the account stays on record and does nothing more."""
    _set_state(username, "left", reason, account, as_json=as_json)


@app.command("open")
def open_again(
    username: Username,
    *,
    name: Annotated[str | None, typer.Option("--name", help="As printed, if it changed.")] = None,
    organisation: Annotated[
        str | None, typer.Option("--organisation", metavar="CODE", help="If it changed.")
    ] = None,
    reason: Reason,
    account: Account,
    as_json: AsJson = False,
) -> None:
    """Open a locked account, or that of somebody who is back or was enrolled by an upgrade."""
    given = {"printed_name": name, "organisation": organisation}
    with administering(account, reason, "change accounts") as (connection, why):
        appointing.set_particulars(
            connection, username, {key: value for key, value in given.items() if value}, why
        )
        appointing.set_state(connection, username, "active", why)
    tell(f"{username}: active.", {"username": username, "state": "active"}, as_json=as_json)


app.command("token")(token)


@app.command("list")
def list_accounts(
    username: Annotated[str | None, typer.Argument(metavar="[USERNAME]", help="Only one.")] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """List every account, or show one with all that it was given and that was changed of it."""
    with ready_database() as engine, transaction(engine) as connection:
        found = page(connection, username) if username else everybody(connection, clock.wall())
    if as_json:
        show_json(found)
    elif username:
        show_page(found)
    else:
        show_everybody(found)
