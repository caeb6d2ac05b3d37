"""All invariants after every single step: the checker's own queries, planned once, in one go.

The queries are those of `models.invariants`, unchanged. After a step all of them run; after one
that has changed no row of any table but `command` (a refusal, a repetition), those that read this
table run, and the others' answers are those of the step before. Whether a table has changed, its
number of rows and its newest transaction say. The digests are recomputed by the checker's own
code for each row that is new or of another version than at the last check. `test_checking` holds
that all this finds what `check` finds.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import psycopg

from models.invariants import chain, checker
from models.invariants.checker import Circumstances, Violation, read_products
from models.invariants.statement import invariants

QUICK = ("SET jit = off", "SET plan_cache_mode = force_generic_plan", "SET timezone = 'UTC'")
READS_COMMANDS = re.compile(r"(FROM|JOIN) command\b")
NEWER = "xmin::text::bigint >= (SELECT newer FROM since)"
Queries = Sequence[tuple[str, tuple[Any, ...]]]


def _only_newer(query: str) -> str:
    """Rows of a version that is no older than a transaction."""
    word = "AND" if "WHERE" in query else "WHERE"
    return f"WITH since AS (SELECT %s::bigint AS newer) {query} {word} {NEWER}"


EVENTS, COMMANDS = _only_newer(chain.EVENTS), _only_newer(chain.COMMANDS)
NEXT = "SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint"
"""The first transaction that no row can be of yet."""


def products(codes: set[str]) -> dict[str, Any]:
    """What the queries name of these products; the rest of a file is only long to read."""
    asked = "".join(one.query for one in invariants())
    return {code: _named(spec, asked) for code, spec in read_products().items() if code in codes}


def _named(value: Any, asked: str) -> Any:
    if isinstance(value, dict):
        return {name: _named(one, asked) for name, one in value.items() if f"'{name}'" in asked}
    return [_named(one, asked) for one in value] if isinstance(value, list) else value


class Checker:
    """A connection of the application's that asks the same questions again and again.

    Its transaction stays open, in READ COMMITTED, so that the circumstances need not be told
    anew; each statement sees whatever is committed.
    """

    def __init__(self, application: str, codes: set[str]) -> None:
        self._connection = psycopg.connect(application.replace("+psycopg", ""), autocommit=True)
        for setting in QUICK:
            self._connection.execute(setting.encode())
        self._connection.autocommit = False
        self._invariants = [one for one in invariants() if one.query]
        self._circumstances = Circumstances(patience=timedelta(0), products=products(codes))
        self._since = 0
        self._marks: list[Any] | None = None
        self.times = 0
        self.queries = 0

    @property
    def numbers(self) -> list[str]:
        """Every invariant that has a query."""
        return [one.number for one in self._invariants]

    @property
    def numbers_of_commands(self) -> list[str]:
        """Those that look at the received commands."""
        return [one.number for one in self._invariants if READS_COMMANDS.search(one.query)]

    def tell(self, now: datetime) -> None:
        """From now on, everything that was due and owed at this moment must have been done."""
        self._circumstances = replace(self._circumstances, now=now, wall=now)
        self._marks = None
        self._connection.commit()  # not a rollback, after which psycopg prepares everything anew
        checker._tell(self._connection, self._circumstances)

    def check(self, marks: list[Any] | None = None) -> list[Violation]:
        """Everything that breaks an invariant now; `marks` tell the state of every other table."""
        same = marks is not None and marks == self._marks
        chosen = [one for one in self._invariants if not same or READS_COMMANDS.search(one.query)]
        newer = ((NEXT, ()), (EVENTS, (self._since,)), (COMMANDS, (self._since,)))
        *found, [(following,)], events, commands = self.answers(
            [*((one.query, ()) for one in chosen), *newer]
        )
        self._since = following
        self.times += 1
        self.queries += len(chosen)
        violations = [
            Violation(one.number, one.name, *row)
            for one, rows in zip(chosen, found, strict=True)
            for row in rows
        ]
        broken = [one for row in events for one in _event(row)]
        broken += [one for row in commands for one in _command(row)]
        violations += [Violation("17", "intact trail", *one) for one in broken]
        self._marks = None if violations else marks
        return violations

    def rows(self, query: str, *values: Any) -> list[Any]:
        """What a query of the oracle says, as the application may see it."""
        return self.answers([(query, values)])[0]

    def answers(self, queries: Queries) -> list[list[Any]]:
        """What several queries say, in one round trip."""
        with self._connection.pipeline():
            cursors = [
                self._connection.execute(query.encode(), values or None, prepare=True)
                for query, values in queries
            ]
            return [cursor.fetchall() for cursor in cursors]

    def whole(self) -> list[Violation]:
        """The checker itself, as the nightly run asks it."""
        self._connection.commit()
        complete = replace(self._circumstances, products=read_products())
        found = checker.check(self._connection, complete).violations
        self.tell(self._circumstances.now)
        return list(found)

    def close(self) -> None:
        self._connection.close()


@lru_cache(maxsize=100_000)
def _event(row: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(chain._event(row))


@lru_cache(maxsize=100_000)
def _command(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """As `chain.broken` judges a command, whose own loop cannot be asked for one row."""
    journey, name, digest, payload = row
    said = chain._sha256(b"", {"name": name, **chain._read(payload)})
    if said == bytes(digest):
        return ()
    return ((journey, f"a {name}: its content is not what its digest says"),)
