"""Opening journeys: from files, with the identity put aside, and from the Prefect UI's form."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, time
from uuid import UUID, uuid5

from sqlalchemy import Engine

from atmpflow.commands.admission import Refer
from atmpflow.errors import Refused
from atmpflow.people import Actor, Role
from atmpflow.referral import Referral, checked, require_written
from models.people import AlreadyKnown, keep_received, newcomer, recognise
from models.record import Answer, Request, keep_rejection, record
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


def open_journey(engine: Engine, referral: Referral, actor: Actor) -> Answer:
    """Open one journey. Raises Refused; a repeated referral returns the first answer.

    Who is not on record yet is kept with the journey: a refused referral leaves no identity.
    """
    try:
        known = recognise(engine, referral.patient)
        return record(engine, _request(referral, actor, known), clock.wall())
    except AlreadyKnown:
        return open_journey(engine, referral, actor)


def _request(
    referral: Referral, actor: Actor, known: UUID | None, source: bytes | None = None
) -> Request:
    """What a referral asks for; `known` is the opaque id of a patient who is on record."""
    now = clock.wall()
    new = None if known else newcomer(referral.patient, now)
    command = Refer(
        occurred_at=min(datetime.combine(referral.referred_on, time(), UTC), now),
        person=new.person if new else known,  # pyright: ignore[reportArgumentType] - one of them
        **referral.model_dump(exclude={"patient", "referred_on"}),
    )
    key, journey = recognised(command)
    return Request(command, actor, key, journey, source=source, newcomer=new)


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
        known = recognise(engine, referral.patient)
    except Refused as refused:
        keep_unread(engine, unread, refused, clock.wall())
        return Opened(result.where, None, (refused,))
    try:
        request = _request(referral, actor, known, source)
        return Opened(result.where, record(engine, request, clock.wall()))
    except Refused as refused:
        return Opened(result.where, None, (refused,))
    except AlreadyKnown:  # by another referral, at the same moment
        return _open_one(engine, result, actor, source)


def open_from_filled_in(engine: Engine, form: ReferralForm) -> Answer:
    """Open a journey for a person whose identity is on record.

    Raises Refused; every rejection is kept.
    """
    now = clock.wall()
    command = form.command(now)
    key, journey = recognised(command)
    request = Request(command, Actor("prefect-form", Role.COORDINATOR), key, journey)
    try:
        require_written(form.referred_on, now)
    except Refused as refused:
        keep_rejection(engine, request, form.model_dump(mode="json"), refused=refused, now=now)
        raise
    return record(engine, request, now)


async def open_from_form(form: ReferralForm) -> str:
    """`open_from_filled_in`, beside the worker's event loop."""
    answer = await asyncio.to_thread(open_from_filled_in, engine(), form)
    return f"journey {answer.journey}"
