"""What the oracle sees of the database after each request."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from tests.machine.known import Known, Row
from tests.machine.oracle import Oracle


@dataclass(frozen=True)
class Seen:
    """The rows that are new, and what the tables say."""

    rows: list[Row]
    journeys: dict[UUID, tuple[Any, ...]]
    units: dict[str, tuple[UUID, str]]
    doses: set[tuple[Any, ...]]
    commands: int
    marks: str
    """Of every other table than that of the commands: `name:rows:newest`, apart by spaces."""


Answers = defaultdict[str, list[tuple[UUID, Any]]]
"""By what was asked: of which journey, and what is said."""


def sorted_out(answers: Iterable[tuple[str, UUID, Any]]) -> Answers:
    """The answers of one call."""
    found: Answers = defaultdict(list)
    for what, journey, said in answers:
        found[what].append((journey, said))
    return found


def known_so_far(journeys: Iterable[Known]) -> tuple[str, str]:
    """Journeys and the versions up to which they are known, as PostgreSQL reads arrays."""
    known = list(journeys)
    return _array(one.id for one in known), _array(one.version for one in known)


def _array(values: Iterable[object]) -> str:
    """psycopg would look at each value's type."""
    return f"{{{','.join(map(str, values))}}}"


def seen(answers: Answers) -> Seen:
    """What the oracle is to read."""
    [(_, commands)], [(_, marks)] = answers["commands"], answers["marks"]
    return Seen(
        rows=[_row(journey, said) for journey, said in answers["row"]],
        journeys={journey: tuple(said) for journey, said in answers["journey"]},
        units={unit: (journey, state) for journey, (unit, state) in answers["unit"]},
        doses={(journey, *said) for journey, said in answers["dose"]},
        commands=commands,
        marks=marks,
    )


def _row(journey: UUID, told: list[Any]) -> Row:
    seq, name, actor, role, at, said = told
    return Row(journey, seq, name, actor, role, datetime.fromisoformat(at), said)


def changed_between(before: Seen, after: Seen) -> set[str]:
    """The tables whose rows are others now, but for that of the commands."""
    then, now = (set(look.marks.split()) for look in (before, after))
    return {mark.partition(":")[0] for mark in now - then}


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
