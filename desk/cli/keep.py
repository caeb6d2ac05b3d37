"""Keeping what was refused before it became a command, so that `rejected` lists it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Engine

from atmpflow.errors import Refused
from atmpflow.message import Command
from atmpflow.people import Actor
from models.people import keep_received
from models.record import Request, keep_rejection
from models.unread import Unread, keep_unread
from tasks import clock


@dataclass(frozen=True, slots=True)
class Attempt:
    """What somebody asked for; its content may name a patient and is kept with the identities."""

    name: str
    actor: Actor
    key: str
    content: bytes
    filename: str = "command-line.json"
    kind: type[Command] | None = None
    journey: UUID | None = None


def as_content(values: Mapping[str, Any]) -> bytes:
    """What was typed, as bytes to keep."""
    return json.dumps(values, default=str, sort_keys=True, ensure_ascii=False).encode()


def keep(engine: Engine, attempt: Attempt, refused: Sequence[Refused]) -> None:
    """Keep the content byte for byte, and each reason among the rejected commands."""
    now = clock.wall()
    source = keep_received(
        engine, attempt.content, filename=attempt.filename, sender=attempt.actor.id, now=now
    )
    for one in refused:
        if attempt.kind is None or attempt.journey is None:
            unread = Unread(attempt.name, attempt.actor, attempt.key, source)
            keep_unread(engine, unread, one, now)
        else:
            # Only its name is looked at: it never became a valid command.
            command = attempt.kind.model_construct()
            request = Request(command, attempt.actor, attempt.key, attempt.journey, source=source)
            keep_rejection(engine, request, {}, refused=one, now=now)
