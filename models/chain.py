"""The hash chain of a journey: SHA-256 over RFC 8785 canonical JSON and the hash before."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid5

import rfc8785

GENESIS = bytes(32)
"""What the first event of a journey follows."""


def moment_text(moment: datetime) -> str:
    """A moment as it is hashed: UTC, always with six digits of microseconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def event_id(journey: UUID, seq: int) -> UUID:
    """The id of an event follows from its place, so that a repeated delivery is recognised."""
    return uuid5(journey, str(seq))


SAFE = 2**53 - 1
"""The largest whole number that RFC 8785 writes."""

_COMPILED = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def canonical(content: Mapping[str, Any]) -> bytes:
    """Canonical JSON (RFC 8785). Raises ValueError for what has none."""
    if _plain(content):
        return _COMPILED.encode(content).encode()
    return rfc8785.dumps(dict(content))


def _plain(value: Any) -> bool:
    """Is this written alike by Python's own encoder, which is compiled?

    The two differ in fractions, in large numbers and in the order of names beyond ASCII.
    """
    kind = type(value)
    if kind is dict:
        return all(name.isascii() and _plain(one) for name, one in value.items())
    if kind is list:
        return all(map(_plain, value))
    if kind is int:
        return -SAFE <= value <= SAFE
    return kind is str or kind is bool or value is None


def seal(previous: bytes, entry: Mapping[str, Any]) -> bytes:
    """The hash of an entry that follows `previous`."""
    return hashlib.sha256(previous + canonical(entry)).digest()


def content_hash(name: str, payload: Mapping[str, Any]) -> bytes:
    """What a command said, as 32 bytes; equal content gives equal bytes."""
    return hashlib.sha256(canonical({"name": name, **payload})).digest()
