"""What the oracle sees of the database after each request: small queries in one round trip."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from tests.machine.known import Known, Row
from tests.machine.oracle import Oracle
from tests.machine.tables import cleared

NEW_ROWS = """
SELECT l.journey_id, l.seq, l.name, l.actor, l.role, l.occurred_at, l.payload
FROM ledger l
LEFT JOIN unnest(%s::text::uuid[], %s::text::int[]) AS seen (id, version) ON seen.id = l.journey_id
WHERE l.seq > coalesce(seen.version, 0) ORDER BY l.journey_id, l.seq
"""
STATE = """
SELECT 'journey', id,
    jsonb_build_array(version, ended, held_by IS NOT NULL, person_id, product, coi) FROM journey
UNION ALL
SELECT 'unit', journey_id, jsonb_build_array(unit, state) FROM unit
UNION ALL
SELECT 'dose', journey_id, jsonb_build_array(dose, unit, first_checker, second_checker)
FROM administration
"""


@cache
def prints() -> str:
    """Of every table, how many rows, and the newest transaction's."""
    return " UNION ALL ".join(
        f"SELECT '{table.name}', count(*), coalesce(max(xmin::text::bigint), 0) FROM {table.name}"  # noqa: S608
        for table in cleared()
    )


def queries(journeys: Iterable[Known]) -> list[tuple[str, tuple[Any, ...]]]:
    """What is asked after a request, about everything that is not known yet."""
    known = list(journeys)
    seen = (_array(one.id for one in known), _array(one.version for one in known))
    return [(NEW_ROWS, seen), (STATE, ()), (prints(), ())]


def _array(values: Iterable[object]) -> str:
    """An array as PostgreSQL reads it; psycopg would look at each value's type."""
    return f"{{{','.join(map(str, values))}}}"


@dataclass(frozen=True)
class Seen:
    """The answers to `queries`."""

    rows: list[Row]
    journeys: dict[UUID, tuple[Any, ...]]
    units: dict[str, tuple[UUID, str]]
    doses: set[tuple[Any, ...]]
    commands: int
    prints: list[Any]
    """Of every other table than that of the commands."""


def seen(answers: list[list[Any]]) -> Seen:
    """The answers, by what was asked."""
    rows, state, marks = answers
    [commands] = (rows for name, rows, _ in marks if name == "command")
    return Seen(
        rows=[Row(*row) for row in rows],
        journeys={id: tuple(said) for what, id, said in state if what == "journey"},
        units={said[0]: (journey, said[1]) for what, journey, said in state if what == "unit"},
        doses={(journey, *said) for what, journey, said in state if what == "dose"},
        commands=commands,
        prints=sorted(mark for mark in marks if mark[0] != "command"),
    )


def agree(oracle: Oracle, now: Seen) -> None:
    """The state tables say what the oracle has read in the ledger. Raises AssertionError."""
    told = {
        known.id: (
            known.version, known.ended, known.held, known.person, known.product, known.coi,
        )
        for known in oracle.journeys.values()
    }  # fmt: skip
    assert now.journeys == told, "the journeys' rows say something else than their ledgers"
    owners = {unit: known.id for known in oracle.journeys.values() for unit in known.units}
    stored = {unit: owner for unit, (owner, _) in now.units.items()}
    assert stored == owners, f"units: {stored} in the table, {owners} by the ledger"
    doses = {(known.id, *dose) for known in oracle.journeys.values() for dose in known.given}
    assert now.doses == doses, "what was given is not what the ledger says"
    for known in oracle.journeys.values():
        for _, unit, _, _ in known.given:
            assert now.units[unit][1] == "given", "a unit was given and its row does not say so"
