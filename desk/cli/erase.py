"""`atmpflow erase`: make a patient's identity unreadable; the record of the therapy stays."""

from dataclasses import asdict
from typing import Annotated

import typer

from atmpflow.errors import Refused
from atmpflow.people import Actor, Role
from desk.cli.actor import acting, require_person
from desk.cli.database import ready_database
from desk.cli.frame import Account, AsJson, new_app
from desk.cli.known import require_there
from desk.cli.output import say, show_json
from desk.cli.recording import find_journey
from desk.cli.who import person_of, require_reason
from models.erasure import erase
from tasks import clock

app = new_app()

MAY = frozenset({Role.COMPLIANCE})


@app.command("erase")
def erase_identity(  # noqa: PLR0913 - options of a command line
    journey: Annotated[str, typer.Argument(help="A journey of the patient: id or COI.")],
    account: Account,
    *,
    reason: Annotated[str, typer.Option(help="Number of the request or decision.")],
    link_kept_by: Annotated[
        str | None,
        typer.Option(help="Who keeps the link from the chain-of-identity id to the patient."),
    ] = None,
    role: Annotated[str, typer.Option(help="compliance-officer.")] = Role.COMPLIANCE.value,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask again.")] = False,
    as_json: AsJson = False,
) -> None:
    """Erase who a patient is, in this database and in every later backup of it.

    Their keys are destroyed. Journeys, chain and the way from donor to patient stay.
    """
    actor = acting(account, role, MAY)
    require_person(actor)
    require_reason(reason)
    _require_officer(actor)
    if not yes:
        typer.confirm("This cannot be undone. Erase the identity?", abort=True, err=True)
    with ready_database() as engine:
        which = find_journey(engine, journey)
        require_there(engine, actor, "erase", which)
        person = person_of(engine, which)
        at, why = clock.wall(), reason.strip()
        erased = erase(engine, person, actor=actor, reason=why, now=at, link_kept_by=link_kept_by)
    if as_json:
        show_json(asdict(erased))
    else:
        say(f"Erased, with {erased.files} received file(s). Older backups still hold the keys.")


def _require_officer(actor: Actor) -> None:
    if actor.role not in MAY:
        raise Refused(
            "role-not-allowed",
            "actor.role",
            f"{actor.role} may not erase an identity.",
            "Ask the compliance officer.",
        )
