"""Do the tables keep every invariant, and does every ledger replay to them?"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Engine

from models.database import transaction
from models.invariants.checker import Circumstances, Report, Violation, check
from models.invariants.statement import Invariant
from models.replay import Difference, replay
from tasks import clock
from tasks.anchors.evidence import anchoring

REPLAY = Invariant(
    number="10r",
    name="replay",
    source="21 CFR 11.10(e); EU GMP Annex 11, 9",
    proves="the state tables are what the ledger says, row for row; by the engine's own rules",
    not_yet="",
    query="",
)


@dataclass(frozen=True, slots=True)
class Line:
    """One invariant and how it stands: `holds`, `violated` or `not yet` applicable."""

    invariant: Invariant
    state: str
    violations: int


def verified(engine: Engine, *, at: datetime | None = None) -> Report:
    """Check the invariants with the anchors, then replay every ledger; each in one snapshot.

    As of `at` where the record is a copy from then: nothing was late yet. Changes nothing.
    """
    wall = at or clock.wall()
    now = min(clock.now(), at) if at else clock.now()
    circumstances = Circumstances(now=now, wall=wall, anchoring=anchoring(engine))
    with transaction(engine) as connection:
        report = check(connection, circumstances)
    return Report([*report.violations, *_replayed(engine)], [*report.checked, REPLAY])


def lines(report: Report) -> list[Line]:
    """Every invariant, in order of number, with its state."""
    found = Counter(violation.number for violation in report.violations)
    every = sorted(report.checked, key=lambda one: one.number)
    return [Line(one, _state(one, found[one.number]), found[one.number]) for one in every]


def _state(one: Invariant, violations: int) -> str:
    if violations:
        return "violated"
    return "not yet" if one.not_yet and not one.query else "holds"


def summary(report: Report) -> str:
    """One line: how many violations of which invariants, and which cannot be checked yet."""
    every = lines(report)
    violated = [line.invariant.number for line in every if line.state == "violated"]
    later = [line.invariant.number for line in every if line.state == "not yet"]
    count = len(report.violations)
    said = (
        f"{count} violation{'s' * (count != 1)} of {', '.join(violated)}" if violated else "whole"
    )
    return f"{said}; not yet applicable: {', '.join(later) or 'none'}"


def _replayed(engine: Engine) -> list[Violation]:
    try:
        with transaction(engine) as connection:
            return [_violation(journey_of(one), place(one)) for one in replay(connection)]
    except Exception as error:
        return [_violation(None, f"the ledger cannot be replayed: {type(error).__name__}")]


def _violation(journey: UUID | None, found: str) -> Violation:
    return Violation(REPLAY.number, REPLAY.name, journey, found)


def place(one: Difference) -> str:
    """Where table and ledger disagree, in words."""
    if one.column:
        return f"{one.table}.{one.column} is not what the ledger says"
    return f"a row of {one.table} is {'missing' if one.stored is None else 'not in the ledger'}"


def journey_of(one: Difference) -> UUID | None:
    """Whose row it is."""
    row: Any = one.stored or one.replayed
    if not one.column:
        return row.get("journey_id")
    return one.key[0] if one.table != "shipment" and isinstance(one.key[0], UUID) else None
