"""A journey as EPCIS events: what happened to its units and shippers, in order.

Each event of the ledger that moved, joined, changed or judged a unit gives one or two events of
EPCIS (`SAYS`); what concerns only people gives none. An event's id is its hash, so that whoever
asks twice gets the same events.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from atmpflow.epcis import naming
from atmpflow.epcis.event_hash import event_hash, millisecond
from atmpflow.epcis.naming import Naming
from atmpflow.epcis.saying import SAYS, Happened
from atmpflow.events.identity import UnitRelabelled
from atmpflow.journey import Facts, Recorded, apply, begin

Raw = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Told:
    """One event of EPCIS with the number of the ledger's event that it tells of."""

    seq: int
    raw: Raw


@dataclass(frozen=True, slots=True)
class Known:
    """What the journey's own events do not say."""

    naming: Naming
    means_c: Mapping[str, float] = field(default_factory=dict[str, float])
    """Mean temperature of a leg by the hash of its logger's file, degrees Celsius."""


def journey_events(facts: Facts, known: Known) -> list[Raw]:
    """Every event of a journey, and a declaration for each that should not be relied on."""
    told = list(_told(facts, known))
    return [one.raw for one in told] + list(_declared(facts, told))


def document(events: list[Raw], *, created: datetime) -> Raw:
    """The document that holds these events."""
    return {
        "@context": [
            "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
            dict(naming.EXTENSION),
        ],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": millisecond(created.astimezone(UTC)),
        "epcisBody": {"eventList": events},
    }


def _told(facts: Facts, known: Known) -> Iterator[Told]:
    first, *rest = facts.history
    then = begin(facts.journey, first)
    for row in rest:
        then = apply(then, row)
        say: Callable[[Happened], Iterator[Raw]] | None = SAYS.get(type(row.event))
        if say is not None:
            happened = Happened(row, then, known.naming, known.means_c)
            yield from (Told(row.seq, _whole(raw, row, facts)) for raw in say(happened))


def _whole(raw: Raw, row: Recorded, facts: Facts) -> Raw:
    """The event with when it was, whose it is, and its id."""
    papers = [*raw.get("bizTransactionList", ()), {"bizTransaction": naming.identity(facts.coi)}]
    whole = {
        "type": raw["type"],
        "eventTime": millisecond(row.occurred_at.astimezone(UTC)),
        "eventTimeZoneOffset": "+00:00",
        **raw,
        "bizTransactionList": papers,
    }
    return {**whole, "eventID": event_hash(whole, naming.EXTENSION)}


def _declared(facts: Facts, told: list[Told]) -> Iterator[Raw]:
    for one in told:
        if one.seq in facts.superseded:
            yield _superseded(facts, one, told)
    for row, event in facts.ever(UnitRelabelled):
        if event.reason in ("misprinted", "wrong-label"):
            yield from _label_corrected(facts, row, told)


def _superseded(facts: Facts, one: Told, told: list[Told]) -> Raw:
    """An attempt was begun again: what takes its place, where that has happened yet."""
    name = _row(facts, one.seq).event.name
    later = [
        other.raw["eventID"]
        for other in told
        if other.seq > one.seq
        and other.seq not in facts.superseded
        and _row(facts, other.seq).event.name == name
        and other.raw["type"] == one.raw["type"]
        and other.raw.get("bizStep") == one.raw.get("bizStep")
    ]
    begun = next(
        row.occurred_at
        for row in facts.history
        if row.seq > one.seq and row.seq not in facts.superseded
    )
    return _declaration(one.raw, begun, naming.SUPERSEDED, later[:1])


def _label_corrected(facts: Facts, row: Recorded, told: list[Told]) -> Iterator[Raw]:
    """The label before was wrong; that it had been put on is taken back."""
    new = next(one for one in told if one.seq == row.seq)
    things = set(new.raw["epcList"])
    before = [
        one.raw
        for one in told
        if one.seq < row.seq
        and one.raw.get("bizStep") == "encoding"
        and things <= set(one.raw["epcList"])
    ]
    for old in before[-1:]:
        yield _declaration(old, row.occurred_at, "incorrect_data", [new.raw["eventID"]])


def _declaration(raw: Raw, at: datetime, reason: str, corrective: list[str]) -> Raw:
    declared = {"declarationTime": millisecond(at.astimezone(UTC)), "reason": reason}
    more = {"correctiveEventIDs": corrective} if corrective else {}
    return {**raw, "errorDeclaration": {**declared, **more}}


def _row(facts: Facts, seq: int) -> Recorded:
    return facts.history[seq - 1]
