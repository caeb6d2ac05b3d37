"""`atmpflow signing ...`: enrol those who sign, and say from when signatures are demanded."""

from typing import Annotated

import typer

from atmpflow.people import Actor, Role
from desk.cli.actor import acting, require_person
from desk.cli.database import ready_database
from desk.cli.frame import Account, AsJson, new_app
from desk.cli.output import hint, say, show_json
from desk.cli.proving import FROM_PIPE, secret
from models.enrolling import CODE_LASTS, enrol
from tasks import clock
from tasks.signing import demand, let_in

app = new_app(help="Enrol those who sign, and demand signatures.", no_args_is_help=True)


@app.command("code")
def code(
    person: Annotated[str, typer.Argument(metavar="ACCOUNT", help="Who is to be enrolled.")],
    *,
    account: Account,
    as_json: AsJson = False,
) -> None:
    """Issue an enrolment code: good once, for three days, for this account alone.

    Whoever issues it learns neither password nor authenticator: the person sets both.
    """
    with ready_database() as engine:
        given = let_in(engine, person, Actor(account, Role.ADMINISTRATOR))
    if as_json:
        show_json({"account": person, "code": given, "hours": CODE_LASTS.total_seconds() / 3600})
        return
    say(given)
    hint("Hand it over in person. Its owner runs: atmpflow signing enrol")


@app.command("enrol")
def enrol_oneself(*, piped: Annotated[bool, FROM_PIPE] = False, as_json: AsJson = False) -> None:
    """Set your own password and authenticator with the code you were given.

    The authenticator's secret is shown once: type it into an authenticator app, or make a QR code
    of the address. What you had set before counts no more.
    """
    given = secret("Enrolment code", piped=piped)
    password = secret("New password", piped=piped, confirm=True)
    with ready_database() as engine:
        enrolled = enrol(engine, given, password, clock.wall())
    if as_json:
        show_json({"account": enrolled.account, "secret": enrolled.secret, "uri": enrolled.uri})
        return
    say(f"{enrolled.account} can sign now.")
    say(f"Authenticator secret: {enrolled.secret}")
    say(f"Address for a QR code: {enrolled.uri}")


@app.command("bind")
def bind(*, piped: Annotated[bool, FROM_PIPE] = False, as_json: AsJson = False) -> None:
    """Tie your account to yours at the identity provider, with the code you were given."""
    # Imported here: whoever signs with a password needs no identity provider's libraries.
    from tasks.oidc import bind_at_provider  # noqa: PLC0415

    given = secret("Enrolment code", piped=piped)
    with ready_database() as engine:
        account = bind_at_provider(
            engine, given, lambda address: hint(f"Open this address: {address}")
        )
    if as_json:
        show_json({"account": account})
        return
    say(f"{account} can sign at the identity provider now.")


@app.command("demand")
def demand_signatures(
    *,
    account: Account,
    role: Annotated[str | None, typer.Option("--role", help="Your role.")] = None,
    as_json: AsJson = False,
) -> None:
    """From now on, refuse commands that need a signature without one. There is no way back."""
    who = acting(account, role, {Role.COMPLIANCE})
    require_person(who)
    with ready_database() as engine:
        new = demand(engine, who)
    if as_json:
        show_json({"demanded": True, "new": new})
        return
    say("Signatures are demanded from now on." if new else "Signatures were demanded before.")
