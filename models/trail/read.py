"""Searching the audit trail: every kind of record, by who, what, when, where and why."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache
from importlib import resources
from typing import Any
from uuid import UUID

from psycopg.rows import dict_row

from atmpflow.rules.late_entry import LATE, is_late
from models.database import Connection
from models.people import IDENTITY_ROLE
from models.trail.changed import Changed, Places, changed_in

OF_JOURNEYS = ("journey", "rejected", "finding", "review", "label")
"""What whoever looks as somebody may see, as far as they may see the journey."""

OTHERS = (
    "signature", "account", "appointment", "training", "standing", "recall", "reference",
    "identity",
)  # fmt: skip
"""What only whoever runs the installation sees."""

KINDS = (*OF_JOURNEYS, *OTHERS)

SEARCH = """
SELECT t.* FROM ({source}) AS t
WHERE (%(journey)s::uuid IS NULL OR t.journey_id = %(journey)s)
    AND (%(subject)s::text IS NULL OR position(lower(%(subject)s) IN lower(t.subject)) > 0)
    AND (%(account)s::text IS NULL OR t.actor = %(account)s)
    AND (%(role)s::text IS NULL OR t.role = %(role)s)
    AND (%(what)s::text IS NULL OR position(%(what)s IN t.what) > 0)
    AND (%(centre)s::text IS NULL OR t.centre = %(centre)s)
    AND (%(product)s::text IS NULL OR t.product = %(product)s)
    AND (%(since)s::timestamptz IS NULL OR t.recorded_at >= %(since)s)
    AND (%(until)s::timestamptz IS NULL OR t.recorded_at < %(until)s)
    AND (%(why)s::text IS NULL OR position(lower(%(why)s) IN lower(t.why)) > 0)
    AND (NOT %(late)s OR t.role <> 'system' AND t.recorded_at - t.occurred_at > %(limit_of_late)s)
ORDER BY t.recorded_at DESC, t.seq DESC NULLS FIRST LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class Sought:
    """What is looked for; what is left out does not matter. Times are those of recording."""

    journey: UUID | None = None
    subject: str | None = None
    account: str | None = None
    role: str | None = None
    what: str | None = None
    centre: str | None = None
    product: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    why: str | None = None
    late: bool = False
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the trail. `content` is what an event says, none for other records."""

    record: str
    subject: str
    journey: UUID | None
    seq: int | None
    what: str
    actor: str
    role: str
    occurred_at: datetime
    recorded_at: datetime
    changes: Sequence[Changed]
    content: Mapping[str, Any] | None
    why: str

    @property
    def late(self) -> bool:
        return is_late(self.role, self.occurred_at, self.recorded_at)


def trail(connection: Connection, sought: Sought, kinds: Sequence[str]) -> list[Entry]:
    """What is found of these kinds of records, in the order in which it was recorded.

    Where there is more than the limit, the newest.
    """
    values = {**asdict(sought), "limit_of_late": LATE}
    rows = [(kind, row) for kind in kinds for row in _rows(connection, kind, values)]
    rows.sort(key=_order)
    rows = rows[-sought.limit :] if sought.limit else rows
    journeys = {row["journey_id"] for kind, row in rows if kind == "journey"}
    changed = changed_in(connection, sorted(journeys)) if journeys else {}
    return [_entry(kind, row, changed) for kind, row in rows]


def _order(one: tuple[str, Mapping[str, Any]]) -> tuple[Any, ...]:
    kind, row = one
    return row["recorded_at"], str(row["journey_id"]), row["seq"] or 0, kind, row["subject"]


def _rows(connection: Connection, kind: str, values: Mapping[str, Any]) -> list[dict[str, Any]]:
    if kind == "identity":
        connection.execute(f"SET LOCAL ROLE {IDENTITY_ROLE}".encode())
    with connection.cursor(row_factory=dict_row) as cursor:
        found = cursor.execute(SEARCH.format(source=_source(kind)).encode(), values).fetchall()
    if kind == "identity":
        connection.execute("RESET ROLE")
    return found


@cache
def _source(kind: str) -> str:
    text = (resources.files(__package__ or __name__) / f"{kind}.sql").read_text(encoding="utf-8")
    return "\n".join(line for line in text.splitlines() if not line.startswith("--"))


def _entry(kind: str, row: Mapping[str, Any], changed: Places) -> Entry:
    journey, seq = row["journey_id"], row["seq"]
    if kind == "journey":
        changes, content = changed[journey, seq], row["new"]
    else:
        changes, content = list(_told(row)), None
    names = ("subject", "what", "actor", "role", "occurred_at", "recorded_at", "why")
    same = {name: row[name] for name in names}
    return Entry(kind, journey=journey, seq=seq, changes=changes, content=content, **same)


def _told(row: Mapping[str, Any]) -> Iterator[Changed]:
    """Old and new of a record that keeps both itself."""
    old, new = row["old"] or {}, row["new"] or {}
    for field in {**old, **new}:
        before, after = old.get(field), new.get(field, old.get(field))
        if before != after:
            yield Changed("", "", field, before, after)
