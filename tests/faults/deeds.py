"""What a process is told to do before it is killed, and told again afterwards."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from atmpflow.errors import Refused
from atmpflow.people import Actor
from atmpflow.referral import Referral
from deployments.events import EventPost
from deployments.relay import deliver
from models.database import transaction
from models.record import Answer, Claim, Fenced, Request, record
from models.work import claim
from tasks import clock
from tasks.acts import ALL, by_command
from tasks.answer import drain
from tasks.engine import engine
from tasks.logger import LoggerExport, record_log
from tasks.mismatch import hold_others
from tasks.open import open_journey
from tasks.timers import _wake, fire_all_due

ACTS = by_command(ALL)

Told = Answer | str
"""What a person is told: the answer, or the code of the refusal."""


@dataclass(frozen=True, slots=True)
class Log:
    """A logger's file that somebody hands in."""

    journey: UUID
    export: LoggerExport
    actor: Actor
    at: datetime


Sent = Request | Log | Referral
"""What somebody sends, and sends again word for word when nobody answered."""


def send(sent: Sent, actor: Actor | None = None) -> Told:
    """Carry out what was sent."""
    try:
        if isinstance(sent, Log):
            return record_log(engine(), sent.journey, sent.export, sent.actor, at=sent.at)
        if isinstance(sent, Referral):
            assert actor is not None
            return open_journey(engine(), sent, actor)
        return record(engine(), sent, clock.wall())
    except Refused as refused:
        return refused.code


def answer(stage: str, journey: UUID) -> list[str]:
    """What the stage's flow does for one journey; returns what was decided."""
    return [one.decided for one in drain(engine(), stage, ACTS, journey=journey)]


def beat() -> int:
    """What the heartbeat does; returns how many timers it fired."""
    fired = fire_all_due()
    hold_others(engine())
    _wake()
    return fired


def tell(api_url: str) -> int:
    """What the relay does until there is no more news; returns how much it told."""

    async def telling() -> int:
        told = 0
        async with EventPost(api_url) as post:
            while news := await deliver(engine(), post):
                told += news
        return told

    return asyncio.run(telling())


def claim_then_record(request: Request, stage: str, now: datetime) -> str:
    """Claim what a stage owes one journey, then answer with a request; what became of that."""
    with transaction(engine()) as connection:
        (owed,) = claim(connection, stage, worker="slow", now=now, limit=1, journey=request.journey)
    try:
        record(engine(), request, clock.wall(), Claim(owed.reaction, owed.fence, "late"))
    except Fenced:
        return "fenced"
    return "recorded"
