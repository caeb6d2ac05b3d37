"""A journey's Bundle from the record: its ledger as of one moment."""

from datetime import UTC
from typing import Any
from uuid import UUID

from sqlalchemy import Engine

from atmpflow.fhir.bundle import bundle
from atmpflow.fhir.elements import Element
from atmpflow.fhir.telling import Entry, Signature, Telling
from atmpflow.referral import PatientIdentity
from models.database import Connection, transaction
from models.history import facts_from
from models.lookups import unknown_journey
from models.signed import signatures_of

LEDGER = (
    "SELECT seq, name, payload, actor, role, occurred_at, recorded_at, hash FROM ledger"
    " WHERE journey_id = %s ORDER BY seq"
)


def exported(engine: Engine, journey: UUID, identity: PatientIdentity | None = None) -> Element:
    """The journey as a FHIR R4 Bundle, pseudonymised where no identity is given.

    Raises Refused `journey-unknown`. Whoever gives an identity has looked it up, and that look is
    on record (`models.people.look_up`).
    """
    with transaction(engine) as connection:
        return told(connection, journey, identity)


def told(connection: Connection, journey: UUID, identity: PatientIdentity | None = None) -> Element:
    """The same, as this transaction sees the record."""
    rows: Any = connection.execute(LEDGER, (journey,)).fetchall()
    signatures = _signatures(connection, journey)
    if not rows:
        raise unknown_journey()
    entries = {row[0]: Entry(row[6].astimezone(UTC), bytes(row[7]).hex()) for row in rows}
    facts = facts_from(journey, (row[:6] for row in rows))
    return bundle(Telling(facts, entries, identity, signatures))


def _signatures(connection: Connection, journey: UUID) -> dict[int, list[Signature]]:
    """By the event that each counted for; what counted for none is not told."""
    found: dict[int, list[Signature]] = {}
    for one in signatures_of(connection, journey):
        if one.seq is not None:
            told = (one.printed_name, one.account, one.meaning, one.signed_at, one.version)
            found.setdefault(one.seq, []).append(Signature(*told, one.void))
    return found
