"""The hash chain of a journey: SHA-256 over RFC 8785 canonical JSON and the hash before."""

import hashlib
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


def seal(previous: bytes, entry: Mapping[str, Any]) -> bytes:
    """The hash of an entry that follows `previous`."""
    return hashlib.sha256(previous + rfc8785.dumps(dict(entry))).digest()


def content_hash(name: str, payload: Mapping[str, Any]) -> bytes:
    """What a command said, as 32 bytes; equal content gives equal bytes."""
    return hashlib.sha256(rfc8785.dumps({"name": name, **payload})).digest()
