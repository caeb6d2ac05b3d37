"""Capture: a partner's document kept, each event once, and what concerns a journey recorded."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID, uuid4

from sqlalchemy import Engine

from atmpflow.epcis.document import Problem, read
from atmpflow.people import Actor
from models.capturing import Sent, keep
from models.database import transaction
from tasks.epcis.acting import act
from tasks.epcis.readings import complete_logs
from tasks.epcis.text import read_json

Behaviour = Literal["rollback", "proceed"]
MOST_EVENTS = 5_000


class Unfit(Exception):
    """A document that is not taken: every field that is wrong, by its JSON path."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("the document is not EPCIS 2.0")
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Captured:
    """What was taken: how many events, how many of them known before, and what was wrong."""

    id: UUID
    events: int
    duplicates: int
    problems: tuple[Problem, ...]


def capture(
    engine: Engine,
    content: bytes,
    actor: Actor,
    *,
    now: datetime,
    behaviour: Behaviour = "rollback",
) -> Captured:
    """Keep a document and act on it.

    With `rollback` one wrong event refuses the whole document; with `proceed` the right ones are
    kept. Raises Unfit, or Refused `json-...` for what is no JSON.
    """
    found = read(read_json(content))
    if not found.whole or (found.problems and behaviour == "rollback"):
        raise Unfit(found.problems)
    if len(found.events) > MOST_EVENTS:
        message = f"At most {MOST_EVENTS} events are taken at once."
        raise Unfit((Problem("$.epcisBody.eventList", message),))
    sent = Sent(uuid4(), content, actor.id, behaviour, now, found.problems)
    with transaction(engine) as connection:
        kept = keep(connection, sent, found.events)
    for one in kept:
        act(engine, one, actor, now=now)
    complete_logs(engine, now=now)
    new = sum(one.new for one in kept)
    return Captured(sent.id, len(found.events), len(found.events) - new, found.problems)
