"""The one door: lock, facts, decide, append, project, reactions, timers; all or nothing."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import psycopg
from sqlalchemy import Engine

from atmpflow.codes.coi import make as make_coi
from atmpflow.commands.admission import Refer
from atmpflow.commands.after import FireTimer
from atmpflow.decide import authorise, decide
from atmpflow.errors import Refused
from atmpflow.journey import Facts
from atmpflow.message import Event
from atmpflow.opening import open_journey
from atmpflow.rules.rights import act_of, require_allowed
from atmpflow.rules.signature import Record
from models.append import Header, grow, ledger_rows, writes
from models.authority import answered as answered_rights
from models.authority import asking
from models.chain import GENESIS, content_hash
from models.changes import Change, Insert, Together, Update, statement
from models.database import Connection, Cursor, pipelined, transaction
from models.fault import fault
from models.history import MEMORY, Known, load
from models.ledger import ReceivedCommand
from models.lookups import require_new, unknown_journey
from models.network import directory
from models.people import put_aside
from models.reaction import Timer
from models.rejection import explain
from models.request import Answer, Claim, Fenced, Request
from models.signing import Asked, sign_off


def record(engine: Engine, request: Request, now: datetime, claim: Claim | None = None) -> Answer:
    """Carry out one command in one transaction.

    The same key with the same content returns the first answer. Raises Refused, after keeping
    the rejected command, and Fenced when the claim is no longer ours.
    """
    payload = request.command.model_dump(mode="json")
    try:
        with pipelined(engine) as connection:
            answer = _apply(connection, request, payload, now=now, claim=claim)
            fault("record.before-commit", connection)
        fault("record.after-commit")
        return answer
    except Refused as refused:
        keep_rejection(engine, request, payload, refused=refused, now=now)
        raise
    except psycopg.errors.IntegrityError as error:
        answer = _answered_meanwhile(engine, request, payload, now)
        if answer is not None:
            return answer
        refused = explain(error)
        keep_rejection(engine, request, payload, refused=refused, now=now)
        raise refused from None


LOCK = "SELECT version, head FROM journey WHERE id = %s FOR UPDATE"
ANSWERED = (
    "SELECT journey_id, version, content_hash FROM command WHERE key = %s AND outcome = 'accepted'"
)


def _apply(
    connection: Connection,
    request: Request,
    payload: Mapping[str, Any],
    *,
    now: datetime,
    claim: Claim | None,
) -> Answer:
    locking = connection.execute(LOCK, (request.journey,))
    finishing = finish(connection, claim, now) if claim else None
    answering = connection.execute(ANSWERED, (request.key,))
    knowing = asking(connection, request.actor.id)
    digest = content_hash(request.command.name, payload)
    state: Any = locking.fetchone()
    answered: Any = answering.fetchone()
    if finishing is not None and finishing.rowcount != 1:
        raise Fenced  # first: a late answer is no second use of its key
    if answered:
        return _repeated(connection, request, payload, answered=answered, now=now)
    fault("record.after-lock", connection)
    before, previous = _facts(connection, request, state)
    events = _decide(connection, request, before, now=now, knowing=knowing)
    fault("record.after-decide", connection)
    header = Header(request.journey, uuid4(), request.actor, request.command.occurred_at, now)
    signatures = _signatures(connection, request, before, previous, header=header)
    steps = grow(before, events, header)
    latest = steps[-1] if steps else before
    version = latest.version if latest else 0
    row = _command_row(request, payload, digest, header=header)
    received = Insert(ReceivedCommand, {**row, "version": version})
    cursor = connection.cursor()
    _put_first(cursor, request, signatures)
    if steps:
        _append(cursor, received, before, steps=steps, head=previous, header=header)
    else:
        run(cursor, received)
    if isinstance(request.command, FireTimer):
        _fired(cursor, request.journey, request.command, now)
    return Answer(request.journey, version, tuple(event.name for event in events))


def _answered_meanwhile(
    engine: Engine, request: Request, payload: Mapping[str, Any], now: datetime
) -> Answer | None:
    """The first answer, where the same command came twice at the same moment."""
    digest = content_hash(request.command.name, payload)
    with transaction(engine) as connection:
        answered: Any = connection.execute(ANSWERED, (request.key,)).fetchone()
        if answered is None or answered[0] != request.journey or answered[2] != digest:
            return None
        return _repeated(connection, request, payload, answered=answered, now=now)


def _repeated(
    connection: Connection,
    request: Request,
    payload: Mapping[str, Any],
    *,
    answered: tuple[UUID, int, bytes],
    now: datetime,
) -> Answer:
    """The first answer. That it was asked again is kept, so that nothing received is missing."""
    digest = content_hash(request.command.name, payload)
    answer = _first_answer(answered, digest, request.journey)
    header = Header(request.journey, uuid4(), request.actor, request.command.occurred_at, now)
    row = _command_row(request, payload, digest, header=header)
    again = {"outcome": "duplicate", "version": answer.version}
    run(connection, Insert(ReceivedCommand, {**row, **again}))
    return answer


def _first_answer(answered: tuple[UUID, int, bytes], digest: bytes, journey: UUID) -> Answer:
    """Equal content of another journey is no repetition: that journey would go unanswered."""
    first, version, content = answered
    if (first, content) != (journey, digest):
        raise Refused(
            "key-reused",
            "key",
            "This idempotency key was used for another content or journey.",
            "Send the same content again, or use a new key for a new command.",
        )
    return Answer(journey, version, (), repeated=True)


def _facts(
    connection: Connection, request: Request, state: tuple[int, bytes] | None
) -> tuple[Facts | None, bytes]:
    if isinstance(request.command, Refer):
        require_new(state)
        return None, GENESIS
    if state is None:
        raise unknown_journey()
    version, head = state
    if request.expected_version not in (None, version):
        raise Refused(
            "version-stale",
            "expected_version",
            f"The journey is at version {version}.",
            "Look at the journey again and decide on what it says now.",
        )
    return load(connection, request.journey, head), head


def _decide(
    connection: Connection,
    request: Request,
    before: Facts | None,
    *,
    now: datetime,
    knowing: Cursor,
) -> list[Event]:
    """What follows, if whoever asks may ask it: here, for this trial and product, now."""
    authorise(request.command, request.actor)
    rights = answered_rights(connection, request.actor.id, knowing)
    require_allowed(rights, act_of(request.command, request.actor, before, now))
    if before is not None:
        return decide(request.command, before, now, request.actor)
    assert isinstance(request.command, Refer)  # noqa: S101 - _facts() leaves no other
    coi = make_coi(request.journey.bytes)
    listed = directory(connection)
    return [open_journey(request.command, request.actor, now, coi=coi, directory=listed)]


def _signatures(
    connection: Connection, request: Request, before: Facts | None, head: bytes, *, header: Header
) -> list[Insert]:
    """The signatures that the command counts for, held against the record as it is."""
    if before is None:
        return []
    record = Record("journey", str(request.journey), before.version, head)
    asked = Asked(
        request.command, request.actor, before, record, header.recorded_at, request.signature
    )
    return sign_off(connection, asked, header.command)


def _command_row(
    request: Request, payload: Mapping[str, Any], digest: bytes, *, header: Header
) -> dict[str, Any]:
    return {
        "id": header.command,
        "journey_id": request.journey,
        "name": request.command.name,
        "actor": request.actor.id,
        "role": request.actor.role.value,
        "key": request.key,
        "content_hash": digest,
        "expected_version": request.expected_version,
        "payload": dict(payload),
        "received_at": header.recorded_at,
        "outcome": "accepted",
        "source": request.source,
    }


def _put_first(cursor: Cursor, request: Request, signatures: list[Insert]) -> None:
    """What the rest stands on: who a new patient is, and the signatures that count."""
    if request.newcomer:
        put_aside(cursor.connection, request.newcomer)
    for signature in signatures:
        run(cursor, signature)


def _append(
    cursor: Cursor,
    received: Change,
    before: Facts | None,
    *,
    steps: list[Facts],
    head: bytes,
    header: Header,
) -> None:
    rows = ledger_rows(steps, head, header)
    written, *others = writes(received, before, steps, rows=rows, header=header)
    run(cursor, written)
    fault("record.after-ledger", cursor.connection)
    for change in others:
        run(cursor, change)
    fault("record.after-state", cursor.connection)
    MEMORY.put(Known(steps[-1], rows[-1]["hash"]))


def _fired(cursor: Cursor, journey: UUID, timer: FireTimer, now: datetime) -> None:
    """A timer fires once, whether or not its journey still had a use for it."""
    key = {"journey_id": journey, "kind": timer.kind, "due_at": timer.due_at, "cancelled_at": None}
    run(cursor, Update(Timer, key, {"fired_at": now}))


def run(cursor: Cursor | Connection, change: Change | Together) -> None:
    """Send one change to the database."""
    text, values = statement(change)
    cursor.execute(text.encode(), values)


FINISH = (
    "UPDATE reaction SET done_at = %s, outcome = %s, lease_until = NULL"
    " WHERE id = %s AND fence = %s AND done_at IS NULL"
)


def finish(connection: Connection, claim: Claim, now: datetime) -> Cursor:
    """Mark a reaction answered, if the claim is still ours: then one row was changed."""
    return connection.execute(FINISH, (now, claim.outcome, claim.reaction, claim.fence))


def reasons(refused: Refused) -> dict[str, str]:
    """The columns of a rejected command that say why."""
    return {
        "outcome": "rejected",
        "code": refused.code,
        "field": refused.field,
        "message": refused.message,
        "remedy": refused.remedy,
    }


def keep_rejection(
    engine: Engine,
    request: Request,
    payload: Mapping[str, Any],
    *,
    refused: Refused,
    now: datetime,
) -> None:
    """Keep a rejected command with its reason, in a transaction of its own."""
    fault("record.refused")
    header = Header(request.journey, uuid4(), request.actor, now, now)
    digest = content_hash(request.command.name, payload)
    row = _command_row(request, payload, digest, header=header)
    with pipelined(engine) as connection:
        run(connection, Insert(ReceivedCommand, {**row, **reasons(refused)}))
