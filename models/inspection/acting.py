"""Everybody who touched a journey, and whether they were trained and appointed when they did."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain, groupby
from typing import Any
from uuid import UUID

from atmpflow.people import Role
from atmpflow.rights import Act, Rights
from atmpflow.rules.rights import objections
from models.authority import rights_of
from models.database import Connection

# What the record names people for, besides the events they recorded, is asked of training alone.
DONE = """
SELECT j.coi, w.account, w.role, w.kind, w.what, w.happened_at, w.recorded_at, w.seq, j.product,
    j.trial, CASE w.role WHEN 'referrer' THEN r.payload ->> 'referring_organisation'
        ELSE j.centre END AS site
FROM journey j
JOIN ledger r ON r.journey_id = j.id AND r.seq = 1
CROSS JOIN LATERAL (
    SELECT l.actor, l.role, 'event', c.name, l.occurred_at, l.recorded_at, l.seq
    FROM ledger l JOIN command c ON c.id = l.command_id WHERE l.journey_id = j.id
    UNION ALL
    SELECT actor, role, 'refused', name, received_at, received_at, NULL
    FROM command WHERE journey_id = j.id AND outcome = 'rejected'
    UNION ALL
    SELECT account, role, 'signature', meaning, signed_at, signed_at, NULL
    FROM signature WHERE record_kind = 'journey' AND record_id = j.id::text
    UNION ALL
    SELECT account, role, 'review', 'audit trail', reviewed_at, reviewed_at, NULL
    FROM trail_review WHERE journey_id = j.id
    UNION ALL
    SELECT printed_by, '', 'print', kind || ' label', printed_at, printed_at, NULL
    FROM label_print WHERE journey_id = j.id
    UNION ALL
    SELECT made_by, '', 'named', 'made the batch', completed_at, completed_at, NULL
    FROM batch WHERE journey_id = j.id AND made_by IS NOT NULL
    UNION ALL
    SELECT checked_by, '', 'named', 'checked the batch', completed_at, completed_at, NULL
    FROM batch WHERE journey_id = j.id AND checked_by IS NOT NULL
    UNION ALL
    SELECT certified_by, '', 'named', 'certified the batch', certified_at, certified_at, NULL
    FROM batch WHERE journey_id = j.id AND certified_by IS NOT NULL
    UNION ALL
    SELECT s.certified_by, '', 'named', 'certified the unit in stock', u.recorded_at, u.recorded_at,
        NULL
    FROM stock_unit s JOIN unit u ON u.unit = s.unit WHERE u.journey_id = j.id
    UNION ALL
    SELECT given_by, '', 'named', 'gave a dose', started_at, started_at, NULL
    FROM administration WHERE journey_id = j.id
    UNION ALL
    SELECT unnest(ARRAY[first_checker, second_checker]), '', 'named', 'checked a dose', started_at,
        started_at, NULL
    FROM administration WHERE journey_id = j.id
    UNION ALL
    SELECT unnest(ARRAY[first_person, second_person]), '', 'named', 'replaced a label', applied_at,
        applied_at, NULL
    FROM unit_label WHERE journey_id = j.id
) AS w (account, role, kind, what, happened_at, recorded_at, seq)
WHERE j.id = ANY(%(journeys)s) AND w.account <> ''
ORDER BY j.coi, w.account, w.role, w.happened_at, w.kind, w.what, w.seq
"""

WHO = "SELECT username, printed_name, organisation, state FROM account WHERE username = ANY(%s)"


@dataclass(frozen=True, slots=True)
class Done:
    """One thing that somebody did or is named for; `site` as rights are asked for."""

    coi: str
    account: str
    role: str
    kind: str
    what: str
    happened_at: datetime
    recorded_at: datetime
    seq: int | None
    product: str
    trial: str | None
    site: str | None


@dataclass(frozen=True, slots=True)
class Lacking:
    """Something that was done without what it needs: `training`, `appointment` or `account`."""

    done: Done
    lacks: str


@dataclass
class Person:
    """One account in one role in one journey: what it did, and what it lacked when it did it."""

    coi: str
    account: str
    role: str
    first_at: datetime
    last_at: datetime
    did: Counter[str] = field(default_factory=Counter)
    """How often, by kind of deed."""
    named: Counter[str] = field(default_factory=Counter)
    """What the record names it for besides."""
    needed_training: int = 0
    lacking: list[Lacking] = field(default_factory=list)


def everybody(connection: Connection, journeys: Sequence[UUID]) -> Iterator[Person]:
    """Everybody who touched these journeys, by journey, account and role."""
    known: dict[str, Rights | None] = {}
    with connection.cursor(name="people_done") as cursor:
        cursor.execute(DONE.encode(), {"journeys": list(journeys)})
        rows: Any = cursor
        done = (Done(*row) for row in rows)
        for _, some in groupby(done, lambda one: (one.coi, one.account, one.role)):
            yield _person(connection, some, known)


def _person(
    connection: Connection, some: Iterator[Done], known: dict[str, Rights | None]
) -> Person:
    first = next(some)
    at = first.happened_at
    one = Person(first.coi, first.account, first.role, at, at)
    if one.account not in known:
        known[one.account] = rights_of(connection, one.account)
    for done in chain((first,), some):
        one.last_at = done.happened_at
        one.did[done.kind] += 1
        one.named.update([done.what] if done.kind == "named" else [])
        needed, lacks = judged(known[one.account], done)
        one.needed_training += needed
        one.lacking += [Lacking(done, what) for what in lacks]
    return one


def judged(rights: Rights | None, done: Done) -> tuple[bool, list[str]]:
    """Whether it needed training, and what it lacked: `training`, `appointment` or `account`.

    Training counts when it happened; the appointment when it was recorded, which is when the right
    is used. What was refused is no deed, and a print needs no training.
    """
    if done.role == Role.SYSTEM:
        return False, []
    if rights is None:
        return False, ["account"]
    if done.kind == "named":
        held = _trained(rights, done)
        return rights.kind == "person", [] if held or rights.kind != "person" else ["training"]
    if done.kind != "event":
        return False, []
    then = _objections(Rights(rights.username, rights.kind, "active"), done, done.happened_at)
    needed = "not-trained" in then
    lacks = [] if not needed or _trained(rights, done) else ["training"]
    if "not-appointed" in _objections(rights, done, done.recorded_at):
        lacks.append("appointment")
    return needed, lacks


def _objections(rights: Rights, done: Done, at: datetime) -> set[str]:
    act = Act(done.what, Role(done.role), at, done.site, done.product, done.trial)
    return {one.code for one in objections(rights, act)}


def _trained(rights: Rights, done: Done) -> bool:
    return any(
        one.product == done.product and one.span.holds(done.happened_at) for one in rights.trainings
    )


def names(connection: Connection, accounts: Sequence[str]) -> Mapping[str, Sequence[Any]]:
    """Printed name, organisation and state, by account; nothing for who is not known."""
    rows: Any = connection.execute(WHO, (list(accounts),)).fetchall()
    return {row[0]: row[1:] for row in rows}
