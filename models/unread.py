"""What could not be read as a command: kept among the rejected ones, its content in its file."""

from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from sqlalchemy import Engine

from atmpflow.errors import Refused
from atmpflow.people import Actor
from models.changes import Insert
from models.database import transaction
from models.ledger import ReceivedCommand
from models.record import reasons, run


@dataclass(frozen=True, slots=True)
class Unread:
    """Something that could not be read as a command; `source` says which kept file it was in."""

    name: str
    actor: Actor
    key: str
    source: bytes


def keep_unread(engine: Engine, unread: Unread, refused: Refused, now: datetime) -> None:
    """Keep what could not be read among the rejected commands; its content is in its file."""
    row = {
        "id": uuid4(),
        "name": unread.name,
        "actor": unread.actor.id,
        "role": unread.actor.role.value,
        "key": unread.key,
        "content_hash": unread.source,
        "payload": {},
        "received_at": now,
        "source": unread.source,
    }
    with transaction(engine) as connection:
        run(connection, Insert(ReceivedCommand, {**row, **reasons(refused)}))
