"""What one command writes: ledger, outbox, state rows, reactions and timers, as statements."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from atmpflow.journey import Facts, Recorded, apply, begin
from atmpflow.message import Event
from atmpflow.people import Actor
from atmpflow.waits import ALERTS, owes, timers, waits_for
from atmpflow.waits import Timer as Due
from models.chain import event_id, moment_text, seal
from models.changes import Change, Insert, Put, Together, Update
from models.journey import Journey
from models.ledger import LedgerEvent, Outbox
from models.outbox import CHANNEL
from models.projection import changes
from models.reaction import Reaction, Timer


@dataclass(frozen=True, slots=True)
class Header:
    """What the events of one command share."""

    journey: UUID
    command: UUID
    actor: Actor
    occurred_at: datetime
    recorded_at: datetime


def grow(before: Facts | None, events: Sequence[Event], header: Header) -> list[Facts]:
    """The facts after each new event."""
    steps: list[Facts] = []
    facts = before
    for event in events:
        seq = (facts.version if facts else 0) + 1
        row = Recorded(seq, event, header.actor, header.occurred_at)
        facts = apply(facts, row) if facts else begin(header.journey, row)
        steps.append(facts)
    return steps


def _entry(facts: Facts, header: Header) -> dict[str, Any]:
    row = facts.history[-1]
    return {
        "journey_id": header.journey,
        "seq": row.seq,
        "name": row.event.name,
        "stage": facts.stage,
        "actor": header.actor.id,
        "role": header.actor.role.value,
        "occurred_at": header.occurred_at,
        "recorded_at": header.recorded_at,
        "command_id": header.command,
        "payload": row.event.payload(),
    }


def sealed(entry: dict[str, Any], previous: bytes) -> bytes:
    """The hash of a ledger row, over every column but its id and the hash itself."""
    text = {
        key: moment_text(value)
        if isinstance(value, datetime)
        else str(value)
        if isinstance(value, UUID)
        else value
        for key, value in entry.items()
    }
    return seal(previous, text)


def ledger_rows(steps: Sequence[Facts], previous: bytes, header: Header) -> list[dict[str, Any]]:
    """One row an event, each sealed with the hash before."""
    rows: list[dict[str, Any]] = []
    for facts in steps:
        entry = _entry(facts, header)
        digest = sealed(entry, previous)
        id = event_id(header.journey, entry["seq"])
        rows.append({"id": id, **entry, "previous": previous, "hash": digest})
        previous = digest
    return rows


def journey_values(facts: Facts, head: bytes, changed_at: datetime) -> dict[str, Any]:
    """The journey's own row, all of it from the facts."""
    wait = waits_for(facts)
    return {
        "stage": facts.stage,
        "version": facts.version,
        "head": head,
        "changed_at": changed_at,
        "waits_for": wait.command if wait else None,
        "waits_owner": wait.owner.value if wait else None,
        "waits_since": wait.since if wait else None,
        "waits_until": wait.until if wait else None,
        "held_by": facts.hold.event.name if facts.hold else None,
        "ended": facts.ended,
        "ended_at": facts.ended_at,
    }


def journey_fixed(facts: Facts) -> dict[str, Any]:
    """What never changes in the journey's own row: all from its referral."""
    referral = facts.referral
    return {
        "id": facts.journey,
        "coi": facts.coi,
        "person_id": referral.person,
        "pathway": referral.pathway,
        "product": referral.product,
        "centre": referral.treating_centre,
        "trial": referral.trial,
        "opened_at": facts.history[0].occurred_at,
    }


def _journey(before: Facts | None, facts: Facts, head: bytes, header: Header) -> Change:
    values = journey_values(facts, head, header.recorded_at)
    if before is not None:
        return Update(Journey, {"id": facts.journey}, values)
    return Insert(Journey, {**journey_fixed(facts), **values})


def timer_changes(before: Facts | None, after: Facts, header: Header) -> Iterator[Change]:
    """Timers that one command ends, and those it starts."""
    had = timers(before) if before else frozenset[Due]()
    has = timers(after)
    kept = {timer.kind for timer in has}
    # What an alert ends is its own timer, which has fired; everything else is no longer wanted.
    ended = "fired_at" if isinstance(after.history[-1].event, ALERTS) else "cancelled_at"
    for gone in sorted({timer.kind for timer in had} - kept):
        key = {"journey_id": header.journey, "kind": gone, "fired_at": None}
        yield Update(Timer, key, {ended: header.recorded_at})
    for new in sorted(has - had, key=lambda timer: timer.kind):
        key = {"journey_id": header.journey, "kind": new.kind}
        yield Put(Timer, key, {"due_at": new.due_at, "fired_at": None, "cancelled_at": None})


def owed_changes(before: Facts | None, after: Facts, header: Header) -> Iterator[Change]:
    """The reaction to one command, where its stage owes one."""
    if owes(before, after):
        newest = after.history[-1]
        yield Insert(
            Reaction,
            {
                "journey_id": header.journey,
                "seq": newest.seq,
                "stage": after.stage,
                "cause": newest.event.name,
                "created_at": header.recorded_at,
                "not_before": header.recorded_at,
                "attempts": 0,
                "fence": 0,
            },
        )


def _told(row: dict[str, Any]) -> tuple[Change, Change]:
    """A fact, and its place among what Prefect has still to be told."""
    outbox = {"event_id": row["id"], "recorded_at": row["recorded_at"]}
    return Insert(LedgerEvent, row), Insert(Outbox, outbox)


def writes(
    command: Change,
    before: Facts | None,
    steps: Sequence[Facts],
    *,
    rows: Sequence[dict[str, Any]],
    header: Header,
) -> Iterator[Change | Together]:
    """Everything that a command and its events write, in the order the database needs it.

    `rows` are the events' ledger rows.
    """
    after = steps[-1]
    first, *others = map(_told, rows)
    journey = _journey(before, after, rows[-1]["hash"], header)
    reaction = owed_changes(before, after, header)
    yield Together((command, journey, *first, *reaction), notify=CHANNEL)
    for told in others:
        yield from told
    for facts in steps:
        yield from changes(facts.history[-1], facts)
    due = tuple(timer_changes(before, after, header))
    if due:
        yield Together(due)
