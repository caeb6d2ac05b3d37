"""The signatures of a journey as they are shown wherever its record is: name, time and meaning."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from desk.cli.output import moment, table

SIGNED = text("""
SELECT s.printed_name, s.account, s.role, s.meaning, s.signed_at, s.version, s.hash, s.methods,
    CASE WHEN u.signature_id IS NOT NULL THEN u.version + 1 END,
    coalesce(v.reason, b.reason)
FROM signature s
LEFT JOIN signature_use u ON u.signature_id = s.id
LEFT JOIN signature_void v ON v.signature_id = s.id
LEFT JOIN signature_broken b ON b.signature_id = s.id
WHERE s.record_kind = 'journey' AND s.record_id = :journey
ORDER BY s.signed_at, s.id
""")


@dataclass(frozen=True, slots=True)
class Shown:
    """A signature as it is shown; `seq` is the event it counted for, none while it counts for none.

    `void` says why it stands for nothing any more.
    """

    printed_name: str
    account: str
    role: str
    meaning: str
    signed_at: datetime
    version: int
    hash: bytes
    methods: str
    seq: int | None
    void: str | None


def signatures_of(session: Session, journey: UUID) -> Sequence[Shown]:
    """Every signature of a journey, the oldest first."""
    rows: Any = session.connection().execute(SIGNED, {"journey": str(journey)})
    return [Shown(*row) for row in rows]


def as_json(signatures: Sequence[Shown]) -> list[dict[str, Any]]:
    """The same for programs."""
    return [
        {
            "printed_name": one.printed_name,
            "account": one.account,
            "role": one.role,
            "meaning": one.meaning,
            "signed_at": one.signed_at,
            "version": one.version,
            "hash": one.hash.hex(),
            "methods": one.methods,
            "event": one.seq,
            "void": one.void,
        }
        for one in signatures
    ]


def show(signatures: Sequence[Shown]) -> None:
    """The same for people."""
    if signatures:
        columns = ("Signed by", "Meaning", "At (UTC)", "Record version", "Event", "Stands")
        table("\nSignatures", columns, [_row(one) for one in signatures])


def _row(one: Shown) -> tuple[str, ...]:
    who = f"{one.printed_name} ({one.account}, {one.role})"
    event = f"#{one.seq}" if one.seq else "not used"
    stands = f"VOID: {one.void}" if one.void else "yes"
    record = f"{one.version} ({one.hash.hex()[:12]})"
    return who, one.meaning, moment(one.signed_at, seconds=True), record, event, stands
