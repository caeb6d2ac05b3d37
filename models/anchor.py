"""What an anchor says: heads that changed, a root over all, and what else was only added to."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from atmpflow.errors import Refused
from models.additions import columns_now, digests
from models.chain import canonical, moment_text
from models.database import Connection
from models.merkle import Tree

FORMAT = 2
"""Since 2 the signed line holds a digest of the heads, which are a line of their own: what is
handed on of an anchor (models/passport.py) names no other journey."""

GRACE = timedelta(minutes=5)
"""What was kept so lately waits for the next anchor: a transaction may still be under way.

Longer than any transaction may stand still (`models/database.py`).
"""

HEADS = "SELECT id, version, head FROM journey ORDER BY id"

Head = tuple[UUID, int, bytes]
"""A journey, its version, and the hash of its newest event."""


@dataclass
class Standing:
    """The heads that anchors hold so far, in the order in which the journeys first came."""

    heads: list[Head] = field(default_factory=list)
    places: dict[UUID, int] = field(default_factory=dict)
    written: int = 0
    """How many heads were written since, and with, the newest whole anchor."""

    def take(self, heads: Iterable[Head]) -> None:
        """Go on by one anchor."""
        for head in heads:
            self.written += 1
            place = self.places.setdefault(head[0], len(self.heads))
            if place == len(self.heads):
                self.heads.append(head)
            else:
                self.heads[place] = head

    @property
    def root(self) -> bytes:
        """RFC 6962 root over all heads."""
        tree = Tree()
        tree.update({place: leaf(head) for place, head in enumerate(self.heads)})
        return tree.root


def leaf(head: Head) -> bytes:
    """A head as it stands in the tree: 16 bytes of journey, 8 of version, 32 of hash."""
    journey, version, digest = head
    return journey.bytes + version.to_bytes(8, "big") + digest


def current_heads(connection: Connection) -> list[Head]:
    """The head of every journey now."""
    found: Any = connection.execute(HEADS).fetchall()
    return [(journey, version, bytes(head)) for journey, version, head in found]


def changed(standing: Standing, now: Sequence[Head]) -> list[Head]:
    """Heads that the standing does not hold yet.

    Raises Refused `anchor-contradicted` where the record lost or rewrote what it holds: an anchor
    over that would cover it up.
    """
    here = {head[0]: head for head in now}
    for journey, version, digest in standing.heads:
        found = here.get(journey)
        if found is None or found[1] < version or (found[1] == version and found[2] != digest):
            raise Refused(
                "anchor-contradicted",
                "",
                "The record is not what earlier anchors hold: events are missing or rewritten.",
                "Run `atmpflow verify`; restore the newest backup before anything else.",
            )
    return [head for head in now if _standing(standing, head[0]) != head]


def _standing(standing: Standing, journey: UUID) -> Head | None:
    place = standing.places.get(journey)
    return None if place is None else standing.heads[place]


@dataclass(frozen=True, slots=True)
class Loss:
    """That what earlier anchors hold is lost for good: who accepted it, and on which paper."""

    by: str
    reference: str


@dataclass(frozen=True, slots=True)
class Past:
    """What a new anchor goes on from: the newest one and the heads up to it."""

    number: int = 0
    digest: bytes = bytes(32)
    whole: int = 0
    until: datetime | None = None
    standing: Standing = field(default_factory=Standing)


@dataclass(frozen=True, slots=True)
class Occasion:
    """Of which record, when and why an anchor is made."""

    installation: UUID
    at: datetime
    why: str
    loss: Loss | None = None
    grace: timedelta = GRACE


@dataclass(frozen=True, slots=True)
class Composed:
    """What a new anchor says, and the line of the heads that it lists."""

    says: dict[str, Any]
    heads: bytes
    count: int


def compose(connection: Connection, past: Past, occasion: Occasion) -> Composed:
    """A new anchor's content. Raises Refused `anchor-contradicted`.

    It is whole, and lists every head, when as many heads as there are journeys were written since
    the last whole one: whoever reads back reads at most twice as much as there is.
    """
    now = current_heads(connection)
    standing = Standing() if occasion.loss else past.standing
    new = changed(standing, now)
    whole = past.number == 0 or bool(occasion.loss) or standing.written + len(new) > 2 * len(now)
    standing.take(new)
    number = past.number + 1
    since = None if occasion.loss else past.until
    until = _until(connection, since, occasion.grace)
    columns = columns_now(connection)
    listed = [_written(head) for head in (standing.heads if whole else new)]
    heads = canonical({"heads": listed})
    says = {
        "format": FORMAT,
        "installation": str(occasion.installation),
        "number": number,
        "at": moment_text(occasion.at),
        "why": occasion.why,
        "previous": past.digest.hex(),
        "whole": number if whole else past.whole,
        "loss": {"by": occasion.loss.by, "reference": occasion.loss.reference}
        if occasion.loss
        else None,
        "journeys": len(standing.heads),
        "root": standing.root.hex(),
        "heads": sha256(heads).hexdigest(),
        "since": moment_text(since) if since else None,
        "until": moment_text(until),
        "columns": columns,
        "added": digests(connection, since, until, columns),
    }
    return Composed(says, heads, len(listed))


def _written(head: Head) -> list[Any]:
    journey, version, digest = head
    return [str(journey), version, digest.hex()]


def read_heads(listed: Iterable[Sequence[Any]]) -> list[Head]:
    """The heads that an anchor lists."""
    return [(UUID(journey), version, bytes.fromhex(h)) for journey, version, h in listed]


def _until(connection: Connection, since: datetime | None, grace: timedelta) -> datetime:
    row: Any = connection.execute("SELECT now() - %s", (grace,)).fetchone()
    return max(row[0], since) if since else row[0]


RELEASES = ("certify-batch", "confirm-order", "confirm-allocation")
"""What releases a product for a patient: our certificate, a supplier's, or a unit from stock."""

RELEASED = """
SELECT journey_id, version, kept_at FROM command
WHERE name = ANY(%s) AND outcome = 'accepted' AND kept_at >= %s ORDER BY kept_at
"""


def released_since(connection: Connection, moment: datetime) -> list[tuple[UUID, int, datetime]]:
    """Releases that were kept since: journey, the version they led to, and when."""
    found: Any = connection.execute(RELEASED, (list(RELEASES), moment)).fetchall()
    return found
