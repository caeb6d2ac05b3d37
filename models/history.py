"""Loading a journey's facts from its ledger, remembering those that have not changed since."""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from atmpflow.events import read_event
from atmpflow.journey import Facts, Recorded, fold
from atmpflow.people import Actor, Role
from models.database import Connection

LEDGER = (
    "SELECT seq, name, payload, actor, role, occurred_at FROM ledger"
    " WHERE journey_id = %s ORDER BY seq"
)


@dataclass(frozen=True, slots=True)
class Known:
    """A journey's facts and the hash of its newest event."""

    facts: Facts
    head: bytes


class Memory:
    """Facts by journey. An entry is right for one head only, so a stale one is never used."""

    def __init__(self, size: int = 4096) -> None:
        self._size = size
        self._entries: OrderedDict[UUID, Known] = OrderedDict()

    def get(self, journey: UUID, head: bytes) -> Facts | None:
        """The facts at that head, if they are still here."""
        known = self._entries.get(journey)
        return known.facts if known and known.head == head else None

    def put(self, known: Known) -> None:
        """Remember, and forget the oldest beyond the size."""
        self._entries[known.facts.journey] = known
        self._entries.move_to_end(known.facts.journey)
        while len(self._entries) > self._size:
            self._entries.popitem(last=False)


MEMORY = Memory()


def recorded(row: Sequence[Any]) -> Recorded:
    """A ledger row, as LEDGER selects it, as a recorded event."""
    seq, name, payload, actor, role, occurred_at = row
    moment: datetime = occurred_at.astimezone(UTC)
    return Recorded(seq, read_event(name, payload), Actor(actor, Role(role)), moment)


def facts_from(journey: UUID, rows: Iterable[Sequence[Any]]) -> Facts:
    """The facts that ledger rows tell."""
    return fold(journey, (recorded(row) for row in rows))


def load(connection: Connection, journey: UUID, head: bytes) -> Facts:
    """The facts of a journey whose newest event has the hash `head`."""
    known = MEMORY.get(journey, head)
    if known is not None:
        return known
    rows = connection.execute(LEDGER, (journey,)).fetchall()
    facts = facts_from(journey, rows)
    MEMORY.put(Known(facts, head))
    return facts
