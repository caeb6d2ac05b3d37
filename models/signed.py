"""The signatures of a journey as they are shown wherever its record is: name, time and meaning.

Source: 21 CFR 11.50(a) and (b).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from models.database import Connection

SIGNED = """
SELECT s.printed_name, s.account, s.role, s.meaning, s.signed_at, s.version, s.hash, s.methods,
    CASE WHEN u.signature_id IS NOT NULL THEN u.version + 1 END,
    coalesce(v.reason, b.reason)
FROM signature s
LEFT JOIN signature_use u ON u.signature_id = s.id
LEFT JOIN signature_void v ON v.signature_id = s.id
LEFT JOIN signature_broken b ON b.signature_id = s.id
WHERE s.record_kind = 'journey' AND s.record_id = %s
ORDER BY s.signed_at, s.id
"""


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


def signatures_of(connection: Connection, journey: UUID) -> Sequence[Shown]:
    """Every signature of a journey, the oldest first."""
    rows: Any = connection.execute(SIGNED, (str(journey),)).fetchall()
    return [Shown(*row) for row in rows]
