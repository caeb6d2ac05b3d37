"""All invariants after every single step: the checker's own queries, planned once, in one call.

The queries are those of `models.invariants`, unchanged, in a function of the session's own, so
that there is one statement to send and one answer to read. After a step all of them run; after one
that has changed no row of any table but `command` (a refusal, a repetition), those that read this
table run, and the others' answers are those of the step before; where no row has changed at all,
every answer is. Whether a table has changed, its number of rows and its newest transaction say.
The digests are recomputed by the checker's own code for each row that is new or of another version
than at the last check. `test_checking` holds that all this finds what `check` finds.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import psycopg

from models.invariants import chain, checker
from models.invariants.checker import Circumstances, Violation, read_products
from models.invariants.statement import Invariant, invariants
from tests.machine.cores import beside

QUICK = ("SET jit = off", "SET plan_cache_mode = force_generic_plan", "SET timezone = 'UTC'")
READS_COMMANDS = re.compile(r"(FROM|JOIN) command\b")
NEWER = "xmin::text::bigint >= (SELECT newer FROM since)"
EVERY, OF_COMMANDS = "every", "of_commands"
"""The functions' names."""
Queries = Sequence[tuple[str, tuple[Any, ...]]]


def _only_newer(query: str) -> str:
    """Rows of a version that is no older than a transaction."""
    word = "AND" if "WHERE" in query else "WHERE"
    return f"WITH since AS (SELECT %s::bigint AS newer) {query} {word} {NEWER}"


EVENTS, COMMANDS = _only_newer(chain.EVENTS), _only_newer(chain.COMMANDS)
NEXT = "pg_snapshot_xmax(pg_current_snapshot())::text"
"""The first transaction that no row can be of yet."""


def _function(name: str, asked: Iterable[Invariant]) -> str:
    """Makes a function of the session's own that asks these one by one, and says `NEXT` first."""
    queries = "".join(
        f"RETURN QUERY SELECT '{one.number}', f.journey, f.what FROM (\n{one.query}\n)"  # noqa: S608
        " AS f (journey, what);\n"
        for one in asked
    )
    return (
        f"CREATE FUNCTION pg_temp.{name}() RETURNS TABLE (number text, journey uuid, what text)"
        f" LANGUAGE plpgsql AS $asked$\n#variable_conflict use_column\nBEGIN\n"
        f"RETURN QUERY SELECT 'next', NULL::uuid, {NEXT};\n{queries}END $asked$"
    )


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
        beside(self._connection)
        for setting in QUICK:
            self._connection.execute(setting.encode())
        self._invariants = {one.number: one for one in invariants() if one.query}
        self._of_commands = [
            one for one in self._invariants.values() if READS_COMMANDS.search(one.query)
        ]
        asked = {EVERY: self._invariants.values(), OF_COMMANDS: self._of_commands}
        for name, chosen in asked.items():
            self._connection.execute(_function(name, chosen).encode())
        self._connection.autocommit = False
        self._circumstances = Circumstances(patience=timedelta(0), products=products(codes))
        self._cursors: list[psycopg.Cursor[Any]] = []
        self._since = 0
        self._marks: list[Any] | None = None
        self._received: int | None = None
        self.times = 0
        self.queries = 0

    @property
    def numbers(self) -> list[str]:
        """Every invariant that has a query."""
        return list(self._invariants)

    @property
    def numbers_of_commands(self) -> list[str]:
        """Those that look at the received commands."""
        return [one.number for one in self._of_commands]

    def tell(self, now: datetime) -> None:
        """From now on, everything that was due and owed at this moment must have been done."""
        self._circumstances = replace(self._circumstances, now=now, wall=now)
        self._marks = None
        self.rest()
        with self._connection.pipeline():
            checker._tell(self._connection, self._circumstances)

    def rest(self) -> None:
        """Hold nothing, until the circumstances are told again."""
        self._connection.commit()  # not a rollback, after which psycopg prepares everything anew

    def check(self, marks: list[Any] | None = None, received: int | None = None) -> list[Violation]:
        """Everything that breaks an invariant now.

        `marks` tell the state of every table but `command`, whose rows are only added, `received`
        how many it has.
        """
        self.times += 1
        same = marks is not None and marks == self._marks
        if same and received is not None and received == self._received:
            return []
        asked = f"SELECT * FROM pg_temp.{OF_COMMANDS if same else EVERY}()"  # noqa: S608
        newer = [(query, (self._since,)) for query in (COMMANDS, *(() if same else (EVENTS,)))]
        [(_, _, following), *found], commands, *told = self.answers([(asked, ()), *newer])
        self._since = int(following)
        self.queries += len(self._of_commands if same else self._invariants)
        violations = [
            Violation(number, self._invariants[number].name, *row) for number, *row in found
        ]
        broken = [one for events in told for row in events for one in _event(row)]
        broken += [one for row in commands for one in _command(row)]
        violations += [Violation("17", "intact trail", *one) for one in broken]
        self._marks, self._received = None if violations else marks, received
        return violations

    def rows(self, query: str, *values: Any) -> list[Any]:
        """What a query of the oracle says, as the application may see it."""
        return self.answers([(query, values)])[0]

    def answers(self, queries: Queries) -> list[list[Any]]:
        """What several queries say, in one round trip."""
        while len(self._cursors) < len(queries):
            self._cursors.append(self._connection.cursor())
        with self._connection.pipeline():
            for cursor, (query, values) in zip(self._cursors, queries, strict=False):
                cursor.execute(query.encode(), values or None, prepare=True)
            return [cursor.fetchall() for cursor in self._cursors[: len(queries)]]

    def whole(self) -> list[Violation]:
        """The checker itself, as the nightly run asks it."""
        self.rest()
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
