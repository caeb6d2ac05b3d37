"""Holds the record against anchors kept outside the database, given here as plain data.

Written from the description of an anchor alone (docs/operations.md), so that an error of the code
that makes them is found. An anchor is three lines: what is signed, key and signature, and the heads
under the digest that is signed; in format 1 the heads are part of what is signed.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from uuid import UUID

import psycopg
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from models.invariants.kept import Window, altered
from models.invariants.tree import Leaves

Connection = psycopg.Connection[Any]
Found = tuple[UUID | None, str]

Head = tuple[str, str, int, str]
"""An anchor's name, a journey, its version, and the hash of its newest event."""

AT_ONCE = 5000


@dataclass(frozen=True, slots=True)
class Anchoring:
    """The anchors of this record by place and number, and the public keys that count."""

    copies: Mapping[str, Mapping[int, bytes]]
    keys: frozenset[bytes]
    installation: UUID | None = None
    others: int = 0
    """How many other records have anchors in these places."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """One anchor whose signature stands."""

    number: int
    says: dict[str, Any]
    digest: str
    heads: Sequence[Any]

    @property
    def name(self) -> str:
        return f"anchor {self.number} of {self.says['at'][:19]}Z"


@dataclass
class Checked:
    """What was found, and what is worth knowing though nothing is wrong."""

    found: list[Found] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def held_against(connection: Connection, anchoring: Anchoring | None) -> Checked:
    """Every anchor against every copy, its own chain, and the record."""
    checked = Checked()
    if anchoring is None:
        checked.notes.append("no anchors were looked at")
        return checked
    numbers = sorted({number for copy in anchoring.copies.values() for number in copy})
    if not numbers:
        _none_kept(connection, anchoring, checked)
        return checked
    checked.found += _copies(anchoring.copies, numbers)
    walk = Walk(anchoring)
    for batch in _batches(walk.heads(numbers)):
        walk.compare(connection, batch)
    checked.found += [*walk.found, *walk.lost(), *altered(connection, walk.windows)]
    checked.notes += [*walk.notes, f"what came after {walk.latest}"]
    return checked


def _none_kept(connection: Connection, anchoring: Anchoring, checked: Checked) -> None:
    row = connection.execute("SELECT EXISTS (SELECT FROM journey)").fetchone()
    if anchoring.others and row and row[0]:
        found = f"none of the anchors kept is of this record: {anchoring.others} other(s) have some"
        checked.found.append((None, found))
    checked.notes.append(
        "no anchor was made, without which a whole chain cut short or sealed anew is not found"
    )


def _copies(copies: Mapping[str, Mapping[int, bytes]], numbers: Sequence[int]) -> Iterator[Found]:
    """Places that lack anchors, and anchors of which two places keep different ones."""
    for place, copy in copies.items():
        has = set(copy)
        missing = [number for number in numbers if number not in has]
        if not missing:
            continue
        if not has or missing[0] > max(has):
            ends = f"anchor {max(has)}" if has else "none"
            yield None, f"{place} keeps an older copy: it ends with {ends} of {numbers[-1]}"
        else:
            yield None, f"{place} lacks {len(missing)} anchor(s), the first is {missing[0]}"
    gaps = [n for n, after in enumerate(numbers, start=1) if n != after][:1]
    if gaps:
        yield None, f"anchor {gaps[0]} is missing in every place"
    for number in numbers:
        if len({copy[number] for copy in copies.values() if number in copy}) > 1:
            yield None, f"anchor {number} is not the same in every place"


def _batches(heads: Iterator[Head]) -> Iterator[list[Head]]:
    batch: list[Head] = []
    for head in heads:
        batch.append(head)
        if len(batch) == AT_ONCE:
            yield batch
            batch = []
    yield batch


ANCHORED = """
SELECT a.name, a.journey_id, a.version, l.hash, (
    SELECT max(seq) FROM ledger WHERE journey_id = a.journey_id)
FROM unnest(%s::text[], %s::uuid[], %s::int[], %s::bytea[])
    AS a (name, journey_id, version, hash)
LEFT JOIN ledger l ON l.journey_id = a.journey_id AND l.seq = a.version
WHERE l.hash IS DISTINCT FROM a.hash
"""


@dataclass(frozen=True, slots=True)
class Lost:
    """An anchored event that the record has not, or has otherwise."""

    anchor: int
    name: str
    journey: UUID
    version: int
    sealed_anew: bool
    newest: int | None

    @property
    def found(self) -> Found:
        if self.sealed_anew:
            what = "was sealed anew"
        elif self.newest is None:
            what = "is missing with its journey"
        else:
            what = f"is missing: the journey ends with {self.newest}"
        return self.journey, f"event {self.version} {what}; {self.name} holds it"


class Walk:
    """Goes through the anchors in order and remembers what the next must follow."""

    def __init__(self, anchoring: Anchoring) -> None:
        self._anchoring = anchoring
        self._before: Anchor | None = None
        self._leaves = Leaves()
        self._places: dict[str, int] = {}
        self._numbers: dict[str, int] = {}
        self._from = 1
        self._lost: list[Lost] = []
        self.found: list[Found] = []
        self.notes: list[str] = []
        self.windows: list[Window] = []

    @property
    def latest(self) -> str:
        return self._before.name if self._before else "an anchor that stands"

    def heads(self, numbers: Sequence[int]) -> Iterator[Head]:
        """Every head that an anchor adds, with the anchor's name; checks the anchors on the way."""
        for number in numbers:
            anchor = self._standing(number)
            if anchor is None:
                continue
            self.found += [(None, f"{anchor.name}: {what}") for what in self._follows(anchor)]
            self._numbers[anchor.name] = number
            yield from self._new(anchor)
            if self._leaves.root().hex() != anchor.says["root"]:
                self.found.append((None, f"{anchor.name}: its root is not that of its heads"))
            says = anchor.says
            between = (says["since"], says["until"])
            self.windows.append(Window(anchor.name, *between, says["added"], says["columns"]))
            self._before = anchor

    def _standing(self, number: int) -> Anchor | None:
        """The anchor of a number, from the first place where its signature stands."""
        for copy in self._anchoring.copies.values():
            if number in copy and (anchor := _verified(number, copy[number], self._anchoring.keys)):
                return anchor
        self.found.append((None, f"anchor {number}: nowhere with a signature that stands"))
        return None

    def _follows(self, anchor: Anchor) -> Iterator[str]:
        says, before = anchor.says, self._before
        itself = (says["number"], says["installation"])
        if itself != (anchor.number, str(self._anchoring.installation)):
            yield "it was made as another one"
        if says["previous"] != (before.digest if before else "00" * 32):
            yield "it does not follow the one before"
        if before and says["at"] < before.says["at"]:
            yield "it is earlier than the one before"
        if says["loss"]:
            self._lose(anchor)
        elif says["since"] != (before.says["until"] if before else None):
            yield "it leaves out what was kept before"

    def _lose(self, anchor: Anchor) -> None:
        """From here on only: what came before is lost for good, and somebody answers for that."""
        loss = anchor.says["loss"]
        self.notes.append(
            f"what was anchored before {anchor.name}, lost as {loss['by']} accepted under"
            f" {loss['reference']}"
        )
        self._from = anchor.number
        self._leaves, self._places = Leaves(), {}
        self.windows.clear()

    def _new(self, anchor: Anchor) -> Iterator[Head]:
        for journey, version, digest in anchor.heads:
            leaf = UUID(journey).bytes + version.to_bytes(8, "big") + bytes.fromhex(digest)
            place = self._places.setdefault(journey, len(self._places))
            if self._leaves.put(place, leaf):
                yield anchor.name, journey, version, digest

    def compare(self, connection: Connection, heads: Sequence[Head]) -> None:
        """Each anchored head is still the hash of the event at its place."""
        names, journeys, versions, digests = zip(*heads, strict=True) if heads else ((),) * 4
        hashes = [bytes.fromhex(digest) for digest in digests]
        values = (list(names), list(journeys), list(versions), hashes)
        for name, journey, version, digest, newest in connection.execute(ANCHORED, values):
            number, anew = self._numbers[name], digest is not None
            self._lost.append(Lost(number, name, journey, version, anew, newest))

    def lost(self) -> Iterator[Found]:
        """The first event of each journey that is not as anchored, and whether all is older."""
        first: dict[UUID, Lost] = {}
        for one in self._lost:
            if one.anchor >= self._from:
                first.setdefault(one.journey, one)
        yield from (one.found for one in first.values())
        if first and not any(one.sealed_anew for one in self._lost):
            yield None, self._older(min(one.anchor for one in first.values()), len(first))

    def _older(self, first: int, journeys: int) -> str:
        """Nothing was rewritten and only the newest is missing: an older copy of the record."""
        names = {number: name for name, number in self._numbers.items()}
        return (
            f"the record is older than its anchors: it agrees with"
            f" {names.get(first - 1, 'none of them')}, and {journeys} journey(s) lack what later"
            f" ones hold, up to {self.latest}: restore a newer backup"
        )


def _verified(number: int, text: bytes, keys: Iterable[bytes]) -> Anchor | None:
    try:
        content, seal, *heads, _ = text.split(b"\n")
        sealing = json.loads(seal)
        public = bytes.fromhex(sealing["key"])
        if public not in keys:
            return None
        signature = bytes.fromhex(sealing["signature"])
        Ed25519PublicKey.from_public_bytes(public).verify(signature, content)
        says = json.loads(content)
        return Anchor(number, says, sha256(content).hexdigest(), _listed(says, heads))
    except (ValueError, KeyError, TypeError, InvalidSignature):
        return None


def _listed(says: dict[str, Any], lines: Sequence[bytes]) -> Sequence[Any]:
    """The heads of an anchor. Raises ValueError where they are not those that were signed."""
    if says["format"] == 1:
        return says["heads"]
    (line,) = lines
    if sha256(line).hexdigest() != says["heads"]:
        raise ValueError("other heads")
    return json.loads(line)["heads"]
