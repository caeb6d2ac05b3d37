"""`atmpflow sign JOURNEY`: sign a record as it stands, and get the token that stands for it."""

import secrets
from functools import partial
from typing import Annotated, Any
from uuid import UUID

import typer
from sqlalchemy import Engine

from atmpflow.people import Actor, Role
from atmpflow.rules.signature import LIFE
from atmpflow.signing import Meaning, meanings
from desk.cli.actor import acting, require_person
from desk.cli.database import ready_database
from desk.cli.frame import Account, AsJson, new_app, one_of
from desk.cli.looking import journey_row, summary
from desk.cli.output import hint, moment, say, show_json
from desk.cli.proving import FROM_PIPE, proof
from desk.cli.recording import find_journey
from tasks import clock
from tasks.signing import Prover, Signed, ToSign, begin, finish, local

app = new_app()

MEANINGS = [one.value for one in Meaning]


@app.command("sign")
def sign(  # noqa: PLR0913 - one for each option
    journeys: Annotated[
        list[str], typer.Argument(metavar="ID...", help="Journeys or chain-of-identity ids.")
    ],
    *,
    meaning: Annotated[str, one_of("--meaning", lambda: MEANINGS, f"{', '.join(MEANINGS)}.")],
    account: Account,
    role: Annotated[str | None, typer.Option("--role", help="The role in which you sign.")] = None,
    piped: Annotated[bool, FROM_PIPE] = False,
    oidc: Annotated[
        bool, typer.Option("--oidc", help="Prove who you are at the identity provider.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Sign a record as it stands now, with password and one-time code.

    Prints what is signed and the token that stands for the signature. The token counts once, for
    15 minutes, for a command by the same person on the same version of the record. Of several
    journeys each is shown and signed on its own; after the first, the password is enough.
    """
    means = Meaning(meaning)
    who = acting(account, role, [one for one in Role if means in meanings(one)])
    require_person(who)
    series = secrets.token_urlsafe(32) if len(journeys) > 1 else None
    with ready_database() as engine:
        found = [find_journey(engine, text) for text in journeys]
        made: list[dict[str, Any]] = []
        for journey in found:
            to_sign = begin(engine, who, means, journey)
            show_record(engine, to_sign, journey)
            given = partial(proof, piped=piped, first=not made, series=series)
            prover = _at_provider(to_sign) if oidc else local(given())
            made.append(_as_json(finish(engine, to_sign, prover)))
            if not as_json:
                _show(made[-1])
    if as_json:
        show_json({"signatures": made})


def _at_provider(to_sign: ToSign) -> Prover:
    # Imported here: whoever signs with a password needs no identity provider's libraries.
    from tasks.oidc import at_provider  # noqa: PLC0415

    return at_provider(to_sign.challenge, lambda address: hint(f"Open this address: {address}"))


def show_record(engine: Engine, to_sign: ToSign, journey: UUID) -> None:
    """What is about to be signed, beside the answer: a pipe gets the token only."""
    made = to_sign.challenge
    said = summary(journey_row(engine, journey), clock.now())
    hint(f"You sign as {to_sign.printed_name} ({made.who.id}, {made.who.role.value}):")
    hint(f"  meaning  {made.meaning.value}")
    hint(f"  record   journey {said['coi']}, {said['product']}, stage {said['stage']}")
    waits, held = (said[name] or "nothing" for name in ("waits_for", "held_by"))
    hint(f"  state    waits for {waits}; held by {held}")
    hint(f"  version  {made.record.version}")
    hint(f"  hash     {made.record.digest.hex()}")
    hint(f"  until    {moment(made.expires_at, seconds=True)} UTC")


def _as_json(signed: Signed) -> dict[str, Any]:
    made = signed.challenge
    return {
        "token": signed.token,
        "journey": made.record.id,
        "version": made.record.version,
        "hash": made.record.digest.hex(),
        "meaning": made.meaning.value,
        "account": made.who.id,
        "role": made.who.role.value,
        "printed_name": signed.printed_name,
        "methods": signed.methods,
        "signed_at": signed.signed_at,
        "good_until": signed.signed_at + LIFE,
    }


def _show(signed: dict[str, Any]) -> None:
    say(signed["token"])
    at = moment(signed["signed_at"], seconds=True)
    hint(f"Signed {signed['meaning']} by {signed['printed_name']}, {at} UTC.")
    hint(f"Give it with --signature until {moment(signed['good_until'])} UTC; it counts once.")


def signer(account: str, role: str | None) -> Actor:
    """Who reviews or signs, which is never a machine."""
    who = acting(account, role, [one for one in Role if meanings(one)])
    require_person(who)
    return who
