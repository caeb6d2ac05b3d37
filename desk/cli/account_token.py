"""`atmpflow account token`: what another system proves with, over HTTP, which account it is."""

from datetime import datetime
from typing import Annotated

import typer

from desk.cli.administering import DAYS, Reason, Since, Username, administering, given_span
from desk.cli.frame import Account, AsJson
from desk.cli.output import hint, say, show_json
from models.tokens import issue_token


def token(
    username: Username,
    *,
    since: Since = None,
    until: Annotated[
        datetime | None,
        typer.Option("--until", formats=DAYS, help="Until when, a year at most; that if left out."),
    ] = None,
    reason: Reason,
    account: Account,
    as_json: AsJson = False,
) -> None:
    """Issue an access token to a machine's account, for the HTTP interface. It is shown once."""
    with administering(account, reason, "issue access tokens") as (connection, why):
        span = given_span(since, until, why.at)
        issued = issue_token(connection, username, span, why)
    if as_json:
        told = {"token": issued.token, "id": issued.id, "until": span.until}
        show_json({"account": username, **told})
        return
    say(issued.token)
    hint(f"Good for {username} until {span.until:%Y-%m-%d}. It is not shown again: keep it safe.")
    hint(f"Taken back with: atmpflow account end {issued.id} --reason ...")
