"""Answering what a stage owes: claim, act for each journey in its own transaction, report."""

import asyncio
import logging
import os
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Engine

from atmpflow.errors import Refused
from atmpflow.journey import Facts
from atmpflow.message import Command
from atmpflow.people import ENGINE
from atmpflow.waits import engine_owes, waits_for
from models.database import transaction
from models.fault import fault
from models.lookups import facts_of
from models.record import Claim, Fenced, Request, finish, record
from models.work import Owed, claim, put_back
from tasks import clock
from tasks.mismatch import hold_others
from tasks.partners.partner import Unavailable

Act = Callable[[Facts, datetime], Command]
"""How the engine's own step becomes a command; may ask a partner or look things up."""

Acts = Mapping[type[Command], Act]

log = logging.getLogger(__name__)

BATCH = 50
WORKER = f"{socket.gethostname()}:{os.getpid()}"
AGAIN = timedelta(seconds=5)
"""The first wait before another try; doubled each time, up to 128-fold."""


class NotYet(Exception):
    """The step cannot be done now, and why; it is tried again, and its deadline runs."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one journey in one run; no personal data."""

    journey: UUID
    coi: str
    product: str
    centre: str
    cause: str
    decided: str
    why: str
    waits_for: str


def answer_one(engine: Engine, owed: Owed, acts: Acts) -> Outcome | None:
    """Do the engine's step of one journey, or tell who must act; none when fenced off."""
    with transaction(engine) as connection:
        facts = facts_of(connection, owed.journey)
    try:
        decided = _step(engine, owed, facts, acts)
    except (NotYet, Unavailable) as trouble:
        decided = _later(engine, owed, str(trouble))
    except Refused as refused:
        decided = _later(engine, owed, str(refused))
    except Fenced:
        return None
    except Exception as error:  # one journey's defect must not stop the others
        log.exception("answering failed", extra={"stage": owed.stage})
        decided = _later(engine, owed, f"defect: {type(error).__name__}")
    with transaction(engine) as connection:
        return _outcome(owed, facts, facts_of(connection, owed.journey), decided)


def _step(engine: Engine, owed: Owed, facts: Facts, acts: Acts) -> str:
    step = facts.step
    if facts.stage != owed.stage:
        return _close(engine, owed, "moved on")
    if facts.hold is not None:
        hold_others(engine, owed.journey)
    if step is None or not engine_owes(facts):
        return _close(engine, owed, "ended" if facts.ended else "told")
    at = max(clock.now(), facts.since or clock.now())
    command = acts[step.command](facts, at) if step.command in acts else _plain(step.command, at)
    request = Request(
        command,
        ENGINE,
        key=f"reaction:{owed.reaction}",
        journey=owed.journey,
        expected_version=facts.version,
    )
    done = Claim(owed.reaction, owed.fence, step.command.name)
    fault("drain.acted")
    answer = record(engine, request, clock.wall(), done)
    fault("drain.answered")
    return ", ".join(answer.events)


def _plain(kind: type[Command], at: datetime) -> Command:
    """A command that says nothing but when."""
    return kind(occurred_at=at)


def _close(engine: Engine, owed: Owed, outcome: str) -> str:
    """Nothing for the engine to do: the run's report tells who must act."""
    with transaction(engine) as connection:
        finish(connection, Claim(owed.reaction, owed.fence, outcome), clock.wall())
        fault("drain.closing", connection)
    return outcome


def _later(engine: Engine, owed: Owed, trouble: str) -> str:
    after = AGAIN * min(2 ** max(owed.attempts - 1, 0), 128)
    with transaction(engine) as connection:
        put_back(connection, owed, now=clock.wall(), after=after, trouble=trouble)
        fault("drain.putting-back", connection)
    return f"not yet: {trouble}"


def _outcome(owed: Owed, before: Facts, after: Facts, decided: str) -> Outcome:
    wait = waits_for(after)
    waits = f"{wait.command} ({wait.owner})" if wait else f"nothing: {after.ended}"
    return Outcome(
        journey=owed.journey,
        coi=after.coi,
        product=after.product.name,
        centre=after.referral.treating_centre,
        cause=owed.cause,
        decided=decided,
        why=_why(before, after),
        waits_for=waits,
    )


def _why(before: Facts, after: Facts) -> str:
    """The objections that the newest events keep, by code."""
    newest = after.history[before.version :]
    codes = [
        objection.code
        for row in newest
        for objection in getattr(row.event, "objections", None)
        or getattr(row.event, "missing", None)
        or ()
        if hasattr(objection, "code")
    ]
    return ", ".join(codes) or "nothing against"


def drain(engine: Engine, stage: str, acts: Acts, *, journey: UUID | None = None) -> list[Outcome]:
    """Answer everything a stage owes (of one journey, when given), batch after batch."""
    outcomes: list[Outcome] = []
    while True:
        with transaction(engine) as connection:
            batch = claim(
                connection,
                stage,
                worker=WORKER,
                now=clock.wall(),
                limit=BATCH,
                journey=journey,
            )
        if not batch:
            return outcomes
        fault("drain.claimed")
        outcomes += [found for owed in batch if (found := answer_one(engine, owed, acts))]


async def drained(
    engine: Engine, stage: str, acts: Acts, *, journey: UUID | None = None
) -> list[Outcome]:
    """`drain`, without holding up the worker's event loop."""
    return await asyncio.to_thread(drain, engine, stage, acts, journey=journey)
