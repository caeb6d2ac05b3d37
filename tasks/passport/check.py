"""Checking a passport: offline, from the file alone and the public keys of whoever made it.

Written beside `docs/verify_passport.py`, which does the same without anything of ours; tests hold
that the two agree on every file.
"""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID

from models.chain import GENESIS, canonical
from models.merkle import led_to
from tasks.anchors.key import signed_by

FORMAT = 1
SIGNED = b"atmpflow-passport-1\n"
"""Stands before what is signed, so that a signature of something else is never taken for this."""

BEGINS, SEAL = b'{"passport":', b',"signature":'

Parsed = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Trust:
    """Whose signatures count: public keys that came by another way than the passport itself."""

    passports: Collection[bytes] = ()
    anchors: Collection[bytes] = ()


@dataclass(frozen=True, slots=True)
class Checked:
    """What speaks against a passport, what is worth knowing, and what it says; `says` may be {}."""

    against: Sequence[str]
    notes: Sequence[str]
    says: Mapping[str, Any]
    digest: str

    @property
    def holds(self) -> bool:
        return not self.against


def written(says: bytes, key: bytes, signature: bytes) -> bytes:
    """The file of a passport: JSON with what is signed, and the signature over exactly that."""
    seal = canonical({"key": key.hex(), "value": signature.hex()})
    return BEGINS + says + SEAL + seal + b"}\n"


def check_passport(content: bytes, trust: Trust) -> Checked:
    """Hold a passport against itself, its anchor and the trusted keys. Raises nothing."""
    digest = sha256(content).hexdigest()
    try:
        text, _, rest = content.partition(BEGINS)[2].rpartition(SEAL)
        seal: Parsed = json.loads(rest[:-2])
        key, value = bytes.fromhex(seal["key"]), bytes.fromhex(seal["value"])
        says: Parsed = json.loads(text)
        against = [*_sealed(content, text, key, value, trust), *_problems(says, trust)]
        return Checked(against, list(_notes(says, trust)), says, digest)
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError):
        return Checked(("This is no passport.",), (), {}, digest)


def _sealed(content: bytes, text: bytes, key: bytes, value: bytes, trust: Trust) -> Iterator[str]:
    if content != written(text, key, value):
        yield "There is something in the file that is not signed."
    if not signed_by(key, value, SIGNED + text):
        yield "The signature does not stand: what it says was changed, or signed by somebody else."
    if not trust.passports:
        yield (
            "Nobody you know signed it: the only key is the one in the file, which proves nothing."
            " Give the key you were given by another way."
        )
    elif key not in trust.passports:
        yield "It is signed with a key that is not among those you trust."


def _problems(says: Parsed, trust: Trust) -> Iterator[str]:
    if says["format"] != FORMAT:
        yield "It is of a format that this program does not know."
    yield from chain_problems(says)
    yield from _commands(says)
    yield from _signatures(says)
    yield from _anchored(says, trust)


def chain_problems(says: Mapping[str, Any]) -> Iterator[str]:
    """Events that are missing, out of order or changed, and a head that is not theirs."""
    journey, before = says["journey"], GENESIS
    for place, event in enumerate(says["events"], start=1):
        entry = json.loads(event["sealed"])
        if (entry["journey_id"], entry["seq"]) != (journey["id"], place):
            yield f"Event {place} is missing, or stands in another place."
        if event["previous"] != before.hex():
            yield f"Event {place} does not follow the one before."
        if sha256(before + event["sealed"].encode()).hexdigest() != event["hash"]:
            yield f"Event {place} is not what its hash says."
        before = bytes.fromhex(event["hash"])
    if (journey["version"], journey["head"]) != (len(says["events"]), before.hex()):
        yield "Events are missing at the end, or there are too many."


def _commands(says: Parsed) -> Iterator[str]:
    accepted = {}
    for one in says["commands"]:
        said = one["said"]
        if said is not None and sha256(said.encode()).hexdigest() != one["content_hash"]:
            yield f"A command {one['name']} is not what its digest says."
        if one["outcome"] == "accepted":
            accepted[one["id"]] = (one["actor"], one["role"])
    for place, entry in enumerate(entries(says), start=1):
        if accepted.get(entry["command_id"]) != (entry["actor"], entry["role"]):
            yield f"Event {place} follows from no command of whom it names."


def entries(says: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The events of a passport as they read."""
    return [json.loads(event["sealed"]) for event in says["events"]]


def _hashes(says: Parsed) -> dict[int, str]:
    return {place: event["hash"] for place, event in enumerate(says["events"], start=1)}


def _signatures(says: Parsed) -> Iterator[str]:
    hashes = _hashes(says)
    for one in says["signatures"]:
        if one["void"] is None and hashes.get(one["version"]) != one["hash"]:
            yield f"The signature of {one['printed_name']} is of another record."


def _anchored(says: Parsed, trust: Trust) -> Iterator[str]:
    anchor, journey = says["anchor"], says["journey"]
    if anchor is None:
        return
    line, key = anchor["line"].encode(), bytes.fromhex(anchor["key"])
    if not signed_by(key, bytes.fromhex(anchor["signature"]), line):
        yield "The anchor's signature does not stand."
    if trust.anchors and anchor["key"] not in {one.hex() for one in trust.anchors}:
        yield "The anchor is signed with a key that is not among those you trust."
    said = json.loads(line)
    if said["installation"] != says["made"]["installation"]:
        yield "The anchor is of another installation."
    held = _hashes(says).get(anchor["version"])
    if held is None:
        yield "Events are missing that the anchor holds."
        return
    leaf = UUID(journey["id"]).bytes + anchor["version"].to_bytes(8, "big") + bytes.fromhex(held)
    path = [bytes.fromhex(one) for one in anchor["path"]]
    found = led_to(leaf, anchor["place"], said["journeys"], path)
    if found is None or found.hex() != said["root"]:
        yield "The anchor does not hold this journey as it stands here."


def _notes(says: Parsed, trust: Trust) -> Iterator[str]:
    anchor, version = says["anchor"], says["journey"]["version"]
    if anchor is None:
        yield "No anchor holds this journey yet: that nothing was rewritten rests on the signature."
        return
    said = json.loads(anchor["line"])
    yield f"Anchor {said['number']} of {said['at'][:19]}Z holds events 1 to {anchor['version']}."
    if anchor["version"] < version:
        later = f"{anchor['version'] + 1} to {version}"
        yield f"No anchor holds events {later} yet: they rest on the signature."
    if not trust.anchors:
        yield "You gave no key of the anchors: the anchor's key is the one in the file."
