"""`atmpflow who`: who a patient is; that somebody looked, and why, is kept."""

from typing import Annotated
from uuid import UUID

import typer
from sqlalchemy import Engine

from atmpflow.errors import Refused
from atmpflow.people import Actor, Role
from atmpflow.referral import PatientIdentity
from desk.cli.actor import acting, require_person
from desk.cli.database import ready_database
from desk.cli.frame import Account, AsJson, new_app
from desk.cli.known import require_there
from desk.cli.output import say, show_json
from desk.cli.recording import find_journey
from models.database import transaction
from models.people import look_up
from tasks import clock

app = new_app()

MAY = frozenset(
    {
        Role.REFERRER, Role.COORDINATOR, Role.PHYSICIAN, Role.NURSE, Role.PHARMACIST,
        Role.CHECKER, Role.COMPLIANCE,
    }
)  # fmt: skip
"""Those who meet the patient, and the officer who must answer for the record."""

Reason = Annotated[str, typer.Option(help="Why you look: a code or document number.")]


@app.command("who")
def who(
    journey: Annotated[str, typer.Argument(help="Journey id or chain-of-identity id.")],
    account: Account,
    *,
    reason: Reason,
    role: Annotated[str | None, typer.Option(help="The role in which you act.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show who the patient of a journey is. Each look is kept with its reason."""
    with ready_database() as engine:
        found = identity(engine, find_journey(engine, journey), account, role, reason)
    if as_json:
        show_json(found.model_dump(mode="json"))
        return
    say(f"{found.family_name}, {found.given_name}")
    say(f"NHS number {found.nhs_number}, born {found.birth_date:%d %B %Y}, {found.sex}")


def identity(
    engine: Engine, journey: UUID, account: str, role: str | None, reason: str
) -> PatientIdentity:
    """Who the patient is; the look is kept. Raises Refused `role-not-allowed`, `reason-missing`."""
    return seen_by(engine, journey, acting(account, role, MAY), reason)


def seen_by(engine: Engine, journey: UUID, actor: Actor, reason: str) -> PatientIdentity:
    """As `identity`, for somebody whose role is known."""
    require_person(actor)
    require_reason(reason)
    if actor.role not in MAY:
        raise Refused(
            "role-not-allowed",
            "actor.role",
            f"{actor.role} may not see who a patient is.",
            "Ask somebody who treats the patient, or the compliance officer.",
        )
    require_there(engine, actor, "who", journey)
    person = person_of(engine, journey)
    return look_up(engine, person, actor=actor, reason=reason.strip(), now=clock.wall())


def person_of(engine: Engine, journey: UUID) -> UUID:
    """The opaque id of a journey's patient."""
    with transaction(engine) as connection:
        query = "SELECT person_id FROM journey WHERE id = %s"
        row = connection.execute(query, (journey,)).fetchone()
    assert row is not None  # noqa: S101 - find_journey() answers with journeys that are there
    return UUID(str(row[0]))


def require_reason(reason: str) -> None:
    """A look or an erasure without a reason is refused."""
    if not reason.strip():
        raise Refused("reason-missing", "reason", "No reason is given.", "Say why, in a few words.")
