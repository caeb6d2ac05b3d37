"""What certification needs, line by line: found in the record, or missing (EU GMP Annex 16)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from atmpflow.events.admission import ConsentVerified
from atmpflow.events.collection import CollectionCompleted
from atmpflow.events.manufacture import (
    BatchOpened,
    ManufactureCompleted,
    ManufactureStarted,
    QualityPassed,
    QualityResultsRecorded,
)
from atmpflow.events.shipment import DeviationAccepted, ShipmentAccepted, TemperatureLogged
from atmpflow.journey import Facts
from atmpflow.message import Event
from atmpflow.rules.consent import in_force
from atmpflow.rules.exception import SOURCE as ON_REQUEST
from atmpflow.rules.exception import judge_exception, out_of_specification
from atmpflow.rules.quality import judge_results
from atmpflow.rules.release import SOURCE

TRAIL = "EU GMP Annex 11, 9 (audit trails are reviewed); Annex 16, 1.7"
IMPORTED = "EU GMP Annex 16, 1.7.6 (transport and storage of what was received)"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that must be there: its evidence are events of the journey, by number."""

    code: str
    what: str
    satisfied: bool
    evidence: tuple[int, ...]
    source: str
    found: str = ""


Question = Callable[[Facts, datetime], Line]


def _evidence(facts: Facts, *kinds: type[Event]) -> tuple[int, ...]:
    found = (facts.recorded(kind) for kind in kinds)
    return tuple(sorted(one[0].seq for one in found if one is not None))


def _recorded(
    code: str, what: str, *kinds: type[Event], source: str = SOURCE
) -> Callable[[Facts, datetime], Line]:
    """A line that any one of these events satisfies."""

    def ask(facts: Facts, now: datetime) -> Line:
        evidence = _evidence(facts, *kinds)
        return Line(code, what, bool(evidence), evidence, source)

    return ask


def _consent(facts: Facts, now: datetime) -> Line:
    evidence = _evidence(facts, ConsentVerified)
    agreed = bool(evidence) and "treatment" in in_force(facts)
    found = "" if agreed or not evidence else "taken back"
    return Line("consent", "Consent to treatment is in force", agreed, evidence, SOURCE, found)


def _results(facts: Facts, now: datetime) -> Line:
    rows = facts.all(QualityResultsRecorded)
    results = [one for _, event in rows for one in event.results]
    said = {one.test for one in results}
    missing = sorted({test.name for test in facts.product.release_tests} - said)
    evidence = tuple(row.seq for row, _ in rows)
    found = f"missing: {', '.join(missing)}" if missing else ""
    # What is missing makes the batch out of specification: then it is judged as such.
    right = not missing or (out_of_specification(facts) and judge_exception(facts).allowed)
    return Line("results", "Every release test has a result", right, evidence, SOURCE, found)


def _specification(facts: Facts, now: datetime) -> Line:
    what = "Within specification, or on request with the risk evaluated"
    if out_of_specification(facts):
        judged = judge_exception(facts)
        results = [one for _, event in facts.all(QualityResultsRecorded) for one in event.results]
        against = judge_results(facts.product.release_tests, results).against
        wrong = ", ".join(dict.fromkeys(reason.found for reason in against))
        rows = tuple(row.seq for row in facts.history if row.event.name in _EXCEPTION)
        lacks = "; ".join(reason.code for reason in judged.against)
        found = f"out of specification ({wrong})" + (f"; {lacks}" if lacks else "")
        return Line("specification", what, judged.allowed, rows, ON_REQUEST, found)
    evidence = _evidence(facts, QualityPassed)
    return Line("specification", what, bool(evidence), evidence, SOURCE)


_EXCEPTION = ("quality.out_of_specification", "risk.evaluated", "oos_product.requested")


def _in_date(facts: Facts, now: datetime) -> Line:
    made = facts.last(ManufactureCompleted)
    right = made is not None and made.expires_at > now
    found = "" if right or made is None else "past its expiry"
    evidence = _evidence(facts, ManufactureCompleted)
    return Line("in-date", "Before the expiry on the label", right, evidence, SOURCE, found)


def _no_hold(facts: Facts, now: datetime) -> Line:
    hold = facts.hold
    evidence = (hold.seq,) if hold else ()
    found = f"on hold ({hold.event.name})" if hold else ""
    return Line("no-hold", "Nothing holds the journey", hold is None, evidence, SOURCE, found)


QUESTIONS: tuple[Question, ...] = (
    _consent,
    _recorded("collected", "Starting material collected and counted", CollectionCompleted),
    _recorded("transport", "The logger of the way in was read", TemperatureLogged, source=IMPORTED),
    _recorded(
        "material",
        "Starting material accepted, or its deviation was",
        ShipmentAccepted,
        DeviationAccepted,
        source=IMPORTED,
    ),
    _recorded("batch", "The batch has its number", BatchOpened),
    _recorded("started", "Manufacture began with this patient's material", ManufactureStarted),
    _recorded("made", "Manufacture is complete, units labelled", ManufactureCompleted),
    _results,
    _specification,
    _in_date,
    _no_hold,
)


def checklist(facts: Facts, now: datetime, *, trail_reviewed_at: int | None) -> tuple[Line, ...]:
    """Every line of the release checklist, in the order in which a batch record is read.

    `trail_reviewed_at` is the version of the journey whose audit trail the Qualified Person has
    reviewed; the review counts as long as nothing was added.
    """
    lines = tuple(ask(facts, now) for ask in QUESTIONS)
    reviewed = trail_reviewed_at == facts.version
    found = f"reviewed up to {trail_reviewed_at}, now {facts.version}" if trail_reviewed_at else ""
    trail = Line(
        "audit-trail",
        "The audit trail was reviewed, and nothing was added since",
        reviewed,
        (facts.version,) if reviewed else (),
        TRAIL,
        "" if reviewed else found,
    )
    return (*lines, trail)


def missing(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """What still stands against certification."""
    return tuple(line for line in lines if not line.satisfied)
