"""What commands that say who may do what share: their options, and a transaction with a reason."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from atmpflow.people import Actor, Role
from atmpflow.rights import Span
from desk.cli.database import ready_database
from desk.cli.frame import ACCOUNT
from desk.cli.output import say, show_json
from models import appointing
from models.appointing import Why
from models.database import Connection, transaction
from tasks import clock

YEAR = timedelta(days=365)
DAYS = ["%Y-%m-%d", "%Y-%m-%dT%H:%MZ"]


def _username(text: str) -> str:
    if ACCOUNT.fullmatch(text):
        return text
    raise typer.BadParameter("letters, digits and . _ @ - only, at most 64, e.g. nurse-7")


Username = Annotated[
    str, typer.Argument(metavar="USERNAME", callback=_username, help="The account's name.")
]
Since = Annotated[
    datetime | None, typer.Option("--from", formats=DAYS, help="From when; now if left out.")
]
Until = Annotated[
    datetime | None, typer.Option("--until", formats=DAYS, help="Until when; a year if left out.")
]
Reason = Annotated[str, typer.Option("--reason", help="Why; it stays on record.")]


@contextmanager
def administering(account: str, reason: str, what: str) -> Iterator[tuple[Connection, Why]]:
    """A transaction for an administrator. Raises Refused where the account is none."""
    with recording(Actor(account, Role.ADMINISTRATOR), reason) as (connection, why):
        appointing.require_administrator(connection, why, what)
        yield connection, why


@contextmanager
def recording(actor: Actor, reason: str) -> Iterator[tuple[Connection, Why]]:
    """A transaction, with who puts something on record, why and when."""
    with ready_database() as engine, transaction(engine) as connection:
        yield connection, Why(actor, reason, clock.wall())


def given_span(since: datetime | None, until: datetime | None, now: datetime) -> Span:
    """From when until when: from now, and for a year, where nothing else is said."""
    begins = since.replace(tzinfo=UTC) if since else now
    return Span(begins, until.replace(tzinfo=UTC) if until else begins + YEAR)


def tell(text: str, told: dict[str, object], *, as_json: bool) -> None:
    """Answer in words, or as one JSON value."""
    if as_json:
        show_json(told)
    else:
        say(text)
