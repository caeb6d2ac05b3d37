"""`atmpflow finding decide ID`: close a finding by a decision, with a reason and a signature."""

from typing import Annotated

import typer
from sqlalchemy import Engine

from atmpflow.people import Actor, Role
from desk.cli.actor import acting, require_person
from desk.cli.database import ready_database
from desk.cli.frame import Account, AsJson, new_app
from desk.cli.output import hint, say, show_json
from desk.cli.proving import FROM_PIPE, proof
from models.compliance.deciding import (
    MEANING,
    Decision,
    Held,
    decide,
    finding,
    record_of_finding,
)
from models.database import transaction
from models.signing import demanded
from tasks import clock
from tasks.signing import begin_record, finish, local

app = new_app()


@app.callback()
def group() -> None:
    """Decide on a finding of the compliance checks."""


@app.command("decide")
def decide_on(  # noqa: PLR0913 - one for each option
    text: Annotated[str, typer.Argument(metavar="ID", help="Of the finding, or its beginning.")],
    *,
    justification: Annotated[
        str, typer.Option("--justification", help="Why nothing more has to be done.")
    ],
    signature: Annotated[
        str | None, typer.Option("--signature", help="Token of a signature of this finding.")
    ] = None,
    sign: Annotated[
        bool, typer.Option("--sign", help="Sign here, though no signature is demanded.")
    ] = False,
    piped: Annotated[bool, FROM_PIPE] = False,
    account: Account,
    role: Annotated[str | None, typer.Option("--role", help="In which role.")] = None,
    as_json: AsJson = False,
) -> None:
    """Close a finding by decision: its owner or the compliance officer, with a reason.

    Where signatures are demanded you are asked for password and one-time code. The finding does
    not open again until what the check finds has changed.
    """
    with ready_database() as engine:
        with transaction(engine) as connection:
            one = finding(connection, text)
            asked = sign or demanded(connection)
        actor = acting(account, role, {Role(one.owner), Role.COMPLIANCE})
        require_person(actor)
        token = signature or (_signed(engine, one, actor, piped=piped) if asked else None)
        decide(engine, one, Decision(justification, token), actor=actor, now=clock.wall())
        with transaction(engine) as connection:
            done = finding(connection, str(one.id))
    if as_json:
        show_json({name: getattr(done, name) for name in Held.__slots__})
    else:
        say(f"Closed by decision of {done.decided_by}: {done.check_id}, {done.subject}.")


def _signed(engine: Engine, one: Held, actor: Actor, *, piped: bool) -> str:
    """Show what is signed, and sign it with password and one-time code."""
    with transaction(engine) as connection:
        record = record_of_finding(one)
        now, where = clock.wall(), one.journey_id
        to_sign = begin_record(connection, actor, MEANING, record, now, of=where)
    hint(f"You sign {MEANING.value}: {one.check_id}, {one.subject}: {one.found}")
    return finish(engine, to_sign, local(proof(piped=piped, first=True, series=None))).token
