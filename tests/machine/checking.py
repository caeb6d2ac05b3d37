"""All invariants after every single step: the checker's own queries, planned once, in one call.

The queries are those of `models.invariants` in a function of the session's own (`shaping`), which
also says what the oracle looks at: one statement to send and one answer to read. After a step all
of them run; after one that has changed no row of any table but `command` (a refusal, a repetition),
their parts that read this table run, and the others' answers are those of the step before. Whether
a table has changed, its number of rows and its newest transaction say. What judges each row by
itself, a query or the code that recomputes the digests, is asked of each row that is new or of
another version than at the last check. `test_checking` holds that all this finds what `check`
finds.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

import psycopg

from models.invariants import chain, checker
from models.invariants.checker import Circumstances, Violation, read_products
from models.invariants.statement import invariants
from tests.machine.cores import beside
from tests.machine.known import Known
from tests.machine.looking import Answers, Seen, known_so_far, seen, sorted_out
from tests.machine.shaping import STEP, function, of_commands

QUICK = ("SET jit = off", "SET plan_cache_mode = force_generic_plan", "SET timezone = 'UTC'")
ASK = f"SELECT * FROM {STEP}(%s::text::uuid[], %s::text::int[], %s, %s::bigint, %s)".encode()  # noqa: S608


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
        self._connection.execute(function(self._invariants.values()).encode())
        self.numbers = list(self._invariants)
        self.numbers_of_commands = [
            number for number, one in self._invariants.items() if of_commands(one)
        ]
        self._connection.autocommit = False
        self._circumstances = Circumstances(patience=timedelta(0), products=products(codes))
        self._cursor = self._connection.cursor()
        self._since = 0
        self._marks: str | None = None
        self.times = 0
        self.queries = 0

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

    def look(
        self, journeys: Iterable[Known], *, check: bool = True
    ) -> tuple[Seen, list[Violation] | None]:
        """What is new since these journeys were read, and everything that breaks an invariant.

        Nothing is checked, and None said, where there is more to come of a step.
        """
        told = (*known_so_far(journeys), check, self._since, self._marks)
        answers = sorted_out(self._cursor.execute(ASK, told, prepare=True).fetchall())
        now = seen(answers)
        return now, self._broken(answers, now) if check else None

    def check(self) -> list[Violation]:
        """Everything that breaks an invariant now."""
        return self.look(())[1] or []

    def _broken(self, answers: Answers, now: Seen) -> list[Violation]:
        [(_, following)] = answers["next"]
        self.times += 1
        same = now.marks == self._marks
        self.queries += len(self.numbers_of_commands if same else self.numbers)
        violations = [
            Violation(number, self._invariants[number].name, journey, what)
            for journey, (number, what) in answers["found"]
        ]
        broken = [one for row in answers["event"] for one in _event(row[0], *row[1])]
        broken += [one for row in answers["command"] for one in _command(row[0], *row[1])]
        violations += [Violation("17", "intact trail", *one) for one in broken]
        if violations:
            self._marks = None  # what is wrong is found again
        else:
            self._since, self._marks = int(following), now.marks
        return violations

    def rows(self, query: str, *values: Any) -> list[Any]:
        """What a query of the oracle says, as the application may see it."""
        return self._cursor.execute(query.encode(), values or None, prepare=True).fetchall()

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
def _event(
    journey: UUID, seq: int, id: str, previous: str, digest: str, content: str
) -> tuple[Any, ...]:
    row = (journey, seq, UUID(id), bytes.fromhex(previous), bytes.fromhex(digest), content)
    return tuple(chain._event(row))


@lru_cache(maxsize=100_000)
def _command(journey: UUID, name: str, digest: str, payload: str) -> tuple[Any, ...]:
    """As `chain.broken` judges a command, whose own loop cannot be asked for one row."""
    said = chain._sha256(b"", {"name": name, **chain._read(payload)})
    if said == bytes.fromhex(digest):
        return ()
    return ((journey, f"a {name}: its content is not what its digest says"),)
