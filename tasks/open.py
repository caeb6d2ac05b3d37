"""Opening journeys: from files, with the identity put aside, and from the Prefect UI's form."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, time
from uuid import UUID, uuid5

from sqlalchemy import Engine

from atmpflow.commands.admission import Refer
from atmpflow.errors import Refused
from atmpflow.people import Actor, Role
from atmpflow.referral import Referral, checked
from models.fault import fault
from models.people import keep_received, remember
from models.record import Answer, Request, record
from models.unread import Unread, keep_unread
from tasks import clock
from tasks.engine import engine
from tasks.form import ReferralForm
from tasks.intake.reader import read
from tasks.intake.result import ReadResult

JOURNEYS = UUID("6f1d2b0a-6a57-4c5e-9f63-0b0d9f6d3f10")
"""The namespace of journey ids that follow from a referral's own reference."""


@dataclass(frozen=True, slots=True)
class Opened:
    """What became of one referral of a file: an answer, or every reason against."""

    where: str
    answer: Answer | None
    refused: tuple[Refused, ...] = ()


def recognised(command: Refer) -> tuple[str, UUID]:
    """The key and the journey id of a referral: the same one, sent twice, opens one journey."""
    key = f"refer:{command.referring_organisation}:{command.source_reference}"
    return key, uuid5(JOURNEYS, f"{key}:{command.person}")


def open_journey(
    engine: Engine,
    referral: Referral,
    actor: Actor,
    *,
    person: UUID | None = None,
    source: bytes | None = None,
) -> Answer:
    """Open one journey. Raises Refused; a repeated referral returns the first answer.

    `person` is the opaque id of the patient where it is known already.
    """
    now = clock.wall()
    person = person or remember(engine, referral.patient, now)
    fault("open.remembered")
    command = Refer(
        occurred_at=min(datetime.combine(referral.referred_on, time(), UTC), now),
        person=person,
        **referral.model_dump(exclude={"patient", "referred_on"}),
    )
    key, journey = recognised(command)
    return record(engine, Request(command, actor, key, journey, source=source), now)


def open_from_file(engine: Engine, content: bytes, filename: str, actor: Actor) -> list[Opened]:
    """Every referral of a file; the file is kept, and so is every rejection."""
    now = clock.wall()
    source = keep_received(engine, content, filename=filename, sender=actor.id, now=now)
    return [_open_one(engine, result, actor, source) for result in read(content, filename)]


def _open_one(engine: Engine, result: ReadResult, actor: Actor, source: bytes) -> Opened:
    unread = Unread("refer", actor, f"{result.sha256}:{result.where}", source)
    if result.referral is None:
        for refused in result.refused:
            keep_unread(engine, unread, refused, clock.wall())
        return Opened(result.where, None, result.refused)
    try:
        referral = checked(result.referral, clock.wall())
        person = remember(engine, referral.patient, clock.wall())
    except Refused as refused:
        keep_unread(engine, unread, refused, clock.wall())
        return Opened(result.where, None, (refused,))
    try:
        answer = open_journey(engine, referral, actor, person=person, source=source)
        return Opened(result.where, answer)
    except Refused as refused:
        return Opened(result.where, None, (refused,))


async def open_from_form(form: ReferralForm) -> str:
    """Open a journey for a person whose identity is on record. Raises Refused."""
    command = form.command(clock.wall())
    key, journey = recognised(command)
    request = Request(command, Actor("prefect-form", Role.COORDINATOR), key, journey)
    answer = await asyncio.to_thread(record, engine(), request, clock.wall())
    return f"journey {answer.journey}"
