"""The simulated site's people sign as real ones do: enrolled, with password and one-time code."""

from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from pyotp.totp import TOTP
from sqlalchemy import Engine

from atmpflow.errors import Refused
from atmpflow.people import Actor
from atmpflow.signing import Meaning, Needed, needed
from desk.simulation.people import actor
from models.database import transaction
from models.enrolling import enrol, issue_code
from models.proving import DRIFT, STEP, Proof
from models.request import Request
from models.signing import demanded
from tasks import clock
from tasks.signing import begin, finish, local, review

ADMINISTRATOR = "simulated-administrator"
SIMULATED = "simulated-"
ANEW = frozenset({"series-over", "credentials-refused"})
"""Refusals after which the simulated person gives everything, or is enrolled, once more."""

_secrets: dict[tuple[str, str], str] = {}
"""The authenticators of this process, by database and account."""


def secret_of(account: str) -> str:
    """What a simulated person remembers: nobody else's account has this form."""
    return sha256(f"a simulated person: {account}".encode()).hexdigest()


def signed(engine: Engine, request: Request, now: datetime | None = None) -> Request:
    """The request under a signature of whoever asks, where it needs one and signing is demanded.

    Raises Refused as for a real person. Only accounts of the simulation sign here.
    """
    wanted = needed(request.command)
    if wanted is None or not request.actor.id.startswith(SIMULATED):
        return request
    with transaction(engine) as connection:
        if not demanded(connection):
            return request
    token = sign(engine, request.actor, wanted, request.journey, now)
    return replace(request, signature=token)


def sign(
    engine: Engine, who: Actor, wanted: Needed, journey: UUID, now: datetime | None = None
) -> str:
    """Everything that comes before a signed command; returns the token of its signature."""
    at = now or clock.wall()
    if wanted.seconded:
        other = actor(min(wanted.seconded))
        _sign(engine, other, Meaning.REVIEWED, journey, at)
    if wanted.trail_reviewed:
        review(engine, who, journey)
    return _sign(engine, who, wanted.meaning, journey, at)


def _sign(engine: Engine, who: Actor, meaning: Meaning, journey: UUID, at: datetime) -> str:
    series = secret_of(f"series of {who.id}")
    to_sign = begin(engine, who, meaning, journey, now=at)
    again = Proof(secret_of(who.id), series=series)
    try:
        return finish(engine, to_sign, local(again), now=at).token
    except Refused as refused:
        if refused.code not in ANEW:
            raise
    return _with_code(engine, who, meaning, journey, at)


def _with_code(engine: Engine, who: Actor, meaning: Meaning, journey: UUID, at: datetime) -> str:
    """Both components, which open a series that other processes of the simulation share.

    A code that another process has used is followed by the next one.
    """
    key = (str(engine.url), who.id)
    remembered = key in _secrets
    if not remembered:
        code = issue_code(engine, who.id, by=ADMINISTRATOR, now=clock.wall())
        enrolled = enrol(engine, code, secret_of(who.id), now=min(at, clock.wall()))
        _secrets[key] = enrolled.secret
    series = secret_of(f"series of {who.id}")
    for drift in DRIFT:
        code = TOTP(_secrets[key]).at(at + drift * STEP)
        to_sign = begin(engine, who, meaning, journey, now=at)
        try:
            proof = Proof(secret_of(who.id), code, series)
            return finish(engine, to_sign, local(proof), now=at).token
        except Refused as refused:
            if remembered and refused.code == "credentials-refused":  # enrolled anew meanwhile
                del _secrets[key]
                return _with_code(engine, who, meaning, journey, at)
            if refused.code != "code-used" or drift == DRIFT[-1]:
                raise
    raise AssertionError("the last try returns or raises")
