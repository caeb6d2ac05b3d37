"""Recomputes every digest: events from their rows, their ids from their places, commands.

Written from the description of the chain alone, so that an error of the code that seals is found.
"""

import json
from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid5

import psycopg
import rfc8785

Found = tuple[UUID | None, str]
"""A journey and what is wrong with it."""

AT_ONCE = 5000

# Every column but the id and the two hashes is under the hash; moments are in UTC, six digits.
EVENTS = """
SELECT journey_id, seq, id, previous, hash, jsonb_build_object(
    'journey_id', journey_id, 'seq', seq, 'name', name, 'stage', stage, 'actor', actor,
    'role', role, 'command_id', command_id, 'payload', payload,
    'occurred_at', to_char(occurred_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    'recorded_at', to_char(recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
)::text
FROM ledger
"""

# What could not be read as a command has its file's digest, and no content of its own.
COMMANDS = """
SELECT journey_id, name, content_hash, payload::text FROM command
WHERE NOT (payload = '{}' AND source IS NOT NULL AND content_hash = source)
"""


def broken(
    connection: psycopg.Connection[Any], journeys: Sequence[UUID] | None = None
) -> Iterator[Found]:
    """Every event and command whose digest or id does not follow from its content.

    Of some journeys only, where they are named. Raises nothing for content that cannot be hashed:
    that is found, too.
    """
    events, commands = EVENTS, COMMANDS
    if journeys is not None:
        events += " WHERE journey_id = ANY(%s)"
        commands += " AND journey_id = ANY(%s)"
    values = None if journeys is None else (list(journeys),)
    for row in _streamed(connection, events, values):
        yield from _event(row)
    for journey, name, digest, payload in _streamed(connection, commands, values):
        if _sha256(b"", {"name": name, **_read(payload)}) != bytes(digest):
            yield journey, f"a {name}: its content is not what its digest says"


def _streamed(
    connection: psycopg.Connection[Any], query: str, values: tuple[Any, ...] | None
) -> Iterator[Any]:
    """Rows as they come: a ledger may be larger than the memory."""
    with connection.cursor(name="streamed") as cursor:
        cursor.itersize = AT_ONCE
        yield from cursor.execute(query.encode(), values)


def _event(row: tuple[UUID, int, UUID, bytes, bytes, str]) -> Iterator[Found]:
    journey, seq, id, previous, digest, content = row
    if uuid5(journey, str(seq)) != id:
        yield journey, f"event {seq}: its id is not that of its place"
    if _sha256(previous, _read(content)) != digest:
        yield journey, f"event {seq}: its content is not what its hash says"


def _read(text: str) -> dict[str, Any]:
    """JSON with every number a double, as RFC 8785 has it, so that 205 and 205.0 are one."""
    return json.loads(text, parse_int=float)


def _sha256(previous: bytes, content: dict[str, Any]) -> bytes:
    try:
        return sha256(previous + rfc8785.dumps(content)).digest()
    except rfc8785.CanonicalizationError:
        return b""
