"""A record that somebody with every right edits, and what finds it; each edit is undone."""

# ruff: noqa: S608 - a seed makes it the same again; statements of the tests' own

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, LiteralString, cast
from uuid import UUID

import psycopg
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from models.additions import ADDED_TO
from models.append import sealed
from models.chain import GENESIS
from models.changes import table_name
from models.database import OPTIONS
from models.invariants.anchors import Anchoring, held_against
from models.invariants.checker import looked
from models.journey import Journey
from models.reaction import Timer
from models.replay import compared, replayed_rows
from models.tables import STATE
from tests.invariants.conftest import CALM, SEALED

GUARDED = ("ledger", "reading", "installation", *ADDED_TO)

Row = dict[str, Any]


@dataclass
class Scene:
    """A superuser's transaction with the guards switched off, and the anchors made before it."""

    connection: psycopg.Connection[Any]
    anchoring: Anchoring

    def run(self, statement: str, **values: Any) -> int:
        """Change something; returns how many rows."""
        return self.connection.execute(cast("LiteralString", statement), values).rowcount

    def rows(self, query: str, **values: Any) -> list[Row]:
        """What is there."""
        with self.connection.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(cast("LiteralString", query), values).fetchall()

    @contextmanager
    def undone(self) -> Iterator[None]:
        """Whatever happens inside never happened."""
        with self.connection.transaction(force_rollback=True):
            yield

    def found_by(self) -> str:
        """What finds that something is wrong: `rows`, `replay`, `anchor`, or nothing."""
        if looked(self.connection, CALM).violations:
            return "rows"
        if self._replay():
            return "replay"
        with self.connection.transaction(force_rollback=True):
            return "anchor" if held_against(self.connection, self._handed()).found else ""

    def _handed(self) -> Anchoring:
        """The anchors that are kept for the record whose id is in the table."""
        row = self.connection.execute("SELECT id FROM installation").fetchone()
        ours = row[0] if row else None
        if ours == self.anchoring.installation:
            return self.anchoring
        return Anchoring({}, self.anchoring.keys, ours, others=1)

    def _replay(self) -> bool:
        try:
            return bool(compared(self.connection))
        except Exception:
            return True

    def seal(self, journey: UUID) -> None:
        """Compute a journey's chain anew, up to its head, with the engine's own code."""
        digest, version = GENESIS, 0
        query = "SELECT * FROM ledger WHERE journey_id = %(journey)s ORDER BY seq"
        for row in self.rows(query, journey=journey):
            previous, version = digest, row["seq"]
            digest = sealed({column: row[column] for column in SEALED}, previous)
            self.run(
                "UPDATE ledger SET previous = %(previous)s, hash = %(hash)s WHERE id = %(id)s",
                previous=previous,
                hash=digest,
                id=row["id"],
            )
        self.run(
            "UPDATE journey SET head = %(head)s, version = %(version)s WHERE id = %(journey)s",
            head=digest,
            version=version,
            journey=journey,
        )

    def agree(self, journey: UUID) -> None:
        """Write every state row of a journey as its ledger now tells it."""
        told = replayed_rows(self.connection, [journey])
        for table in STATE:
            name, column = table_name(table), "id" if table is Journey else "journey_id"
            self.run(f"DELETE FROM {name} WHERE {column} = %(journey)s", journey=journey)
            for row in told.get(table, []):
                self.put(name, row)

    def put(self, table: str, row: Row) -> None:
        """Add a row."""
        places = ", ".join(f"%({column})s" for column in row)
        values = {key: Jsonb(one) if isinstance(one, dict) else one for key, one in row.items()}
        self.run(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({places})", **values)

    def cut(self, journey: UUID, after: int) -> None:
        """Cut off the end of a journey's ledger, and everything that came with it."""
        keep = {"journey": journey, "after": after}
        self.run(
            "DELETE FROM outbox USING ledger l WHERE l.id = event_id"
            " AND l.journey_id = %(journey)s AND l.seq > %(after)s",
            **keep,
        )
        self.run("DELETE FROM reaction WHERE journey_id = %(journey)s AND seq > %(after)s", **keep)
        self.run(
            "DELETE FROM command WHERE journey_id = %(journey)s AND"
            " (outcome = 'accepted' AND version > %(after)s OR id IN (SELECT command_id FROM ledger"
            " WHERE journey_id = %(journey)s AND seq > %(after)s))",
            **keep,
        )
        self.run("DELETE FROM ledger WHERE journey_id = %(journey)s AND seq > %(after)s", **keep)
        self.seal(journey)
        self._reopen(journey)
        self.agree(journey)
        self._timers(journey)

    def forget(self, journey: UUID) -> None:
        """Delete a journey from every table."""
        of_it = "(SELECT id FROM shipment WHERE journey_id = %(journey)s)"
        files = f"(SELECT number FROM logger_file WHERE shipment_id IN {of_it})"
        self.run(f"DELETE FROM reading WHERE file IN {files}", journey=journey)
        self.run(f"DELETE FROM logger_file WHERE shipment_id IN {of_it}", journey=journey)
        self.run(
            "DELETE FROM outbox USING ledger l WHERE l.id = event_id"
            " AND l.journey_id = %(journey)s",
            journey=journey,
        )
        others = [table_name(table) for table in STATE if table is not Journey]
        for table in ("ledger", "reaction", "timer", "command", *others):
            self.run(f"DELETE FROM {table} WHERE journey_id = %(journey)s", journey=journey)
        self.run("DELETE FROM journey WHERE id = %(journey)s", journey=journey)

    def _reopen(self, journey: UUID) -> None:
        """The stage that owes the next step is told again, as it was then."""
        self.run(
            "UPDATE reaction SET done_at = NULL, outcome = NULL WHERE journey_id = %(journey)s"
            " AND seq = (SELECT max(seq) FROM ledger WHERE journey_id = %(journey)s)",
            journey=journey,
        )

    def _timers(self, journey: UUID) -> None:
        told = replayed_rows(self.connection, [journey])[Timer]
        self.run("DELETE FROM timer WHERE journey_id = %(journey)s", journey=journey)
        for row in told:
            self.put("timer", row)


@contextmanager
def scene(administrator: str, anchoring: Anchoring) -> Iterator[Scene]:
    """The record as nobody but a superuser can touch it; all of it is undone at the end."""
    with psycopg.connect(administrator, options=OPTIONS) as connection:
        connection.execute("SET session_replication_role = 'replica'")
        for table in GUARDED:
            connection.execute(cast("LiteralString", f"ALTER TABLE {table} DISABLE TRIGGER ALL"))
        yield Scene(connection, anchoring)
        connection.rollback()
