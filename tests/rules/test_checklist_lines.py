"""Every line of the release checklist as it is printed: its words, evidence and finding."""

from dataclasses import astuple, replace
from datetime import datetime, timedelta
from importlib.util import find_spec, module_from_spec

import pytest

from atmpflow.events.admission import ConsentVerified
from atmpflow.events.after import HoldPlaced
from atmpflow.events.collection import CollectionCompleted
from atmpflow.events.consent import ConsentWithdrawn
from atmpflow.events.exception import OosProductRequested, RiskEvaluated
from atmpflow.events.manufacture import (
    BatchOpened,
    ManufactureCompleted,
    ManufactureStarted,
    QualityOutOfSpecification,
    QualityPassed,
    QualityResultsRecorded,
    TestResult,
)
from atmpflow.events.shipment import DeviationAccepted, ShipmentAccepted, TemperatureLogged
from atmpflow.journey import Facts, Recorded
from atmpflow.message import Event
from atmpflow.people import Actor, Role
from atmpflow.rules.checklist import Line, checklist
from tests.memory import opened, waiting_for, with_event, without

ASSURED = "EU GMP Annex 16, 1.7 (what must be assured before certification)"
RECEIVED = "EU GMP Annex 16, 1.7.6 (transport and storage of what was received)"
ON_REQUEST = "EU GMP Part IV 11.5 (out of specification products)"
TRAIL = "EU GMP Annex 11, 9 (audit trails are reviewed); Annex 16, 1.7"

Row = tuple[str, str, tuple[type[Event], ...], str]
ASKED: list[Row] = [
    ("consent", "Consent to treatment is in force", (ConsentVerified,), ASSURED),
    ("collected", "Starting material collected and counted", (CollectionCompleted,), ASSURED),
    ("transport", "The logger of the way in was read", (TemperatureLogged,), RECEIVED),
    (
        "material",
        "Starting material accepted, or its deviation was",
        (ShipmentAccepted, DeviationAccepted),
        RECEIVED,
    ),
    ("batch", "The batch has its number", (BatchOpened,), ASSURED),
    ("started", "Manufacture began with this patient's material", (ManufactureStarted,), ASSURED),
    ("made", "Manufacture is complete, units labelled", (ManufactureCompleted,), ASSURED),
    ("results", "Every release test has a result", (QualityResultsRecorded,), ASSURED),
    (
        "specification",
        "Within specification, or on request with the risk evaluated",
        (QualityPassed,),
        ASSURED,
    ),
    ("in-date", "Before the expiry on the label", (ManufactureCompleted,), ASSURED),
    ("no-hold", "Nothing holds the journey", (), ASSURED),
]
REVIEWED = "The audit trail was reviewed, and nothing was added since"


def _now(facts: Facts) -> datetime:
    return facts.history[-1].occurred_at


def _seqs(facts: Facts, *kinds: type[Event]) -> tuple[int, ...]:
    return tuple(row.seq for row in facts.history if isinstance(row.event, kinds))


def _line(code: str, facts: Facts, now: datetime | None = None) -> Line:
    """The one line of that code."""
    lines = checklist(facts, now or _now(facts), trail_reviewed_at=facts.version)
    (found,) = (line for line in lines if line.code == code)
    return found


def _asked(code: str) -> Row:
    return next(row for row in ASKED if row[0] == code)


def _expected(code: str, evidence: tuple[int, ...], found: str = "", **more: object) -> Line:
    _, what, _, source = _asked(code)
    line = Line(code, what, satisfied=bool(evidence), evidence=evidence, source=source, found=found)
    return replace(line, **more)


def test_a_complete_record_is_printed_line_by_line():
    facts = waiting_for("certify-batch")
    lines = checklist(facts, _now(facts), trail_reviewed_at=facts.version)
    expected = [
        _expected(code, _seqs(facts, *kinds), satisfied=True) for code, _, kinds, _ in ASKED
    ]
    review = Line("audit-trail", REVIEWED, True, (facts.version,), TRAIL)  # noqa: FBT003
    assert list(lines) == [*expected, review]
    assert all(type(line.satisfied) is bool for line in lines)


def test_the_lines_are_the_same_when_the_module_is_read_again():
    # Most questions are made while the module is read: only so does a change in their making show.
    spec = find_spec("atmpflow.rules.checklist")
    assert spec is not None
    assert spec.loader is not None
    again = module_from_spec(spec)
    spec.loader.exec_module(again)
    for facts in (waiting_for("certify-batch"), opened()):
        lines = again.checklist(facts, _now(facts), trail_reviewed_at=None)
        known = checklist(facts, _now(facts), trail_reviewed_at=None)
        assert [astuple(line) for line in lines] == [astuple(line) for line in known]
        assert all(type(line.satisfied) is bool for line in lines)


@pytest.mark.parametrize(
    ("behind", "found"),
    [(None, ""), (1, "reviewed up to {}, now {}"), (-1, "reviewed up to {}, now {}")],
)
def test_the_review_of_the_trail_counts_for_this_very_version(behind: int | None, found: str):
    facts = waiting_for("certify-batch")
    at = None if behind is None else facts.version - behind
    review = checklist(facts, _now(facts), trail_reviewed_at=at)[-1]
    said = found.format(at, facts.version)
    assert review == Line("audit-trail", REVIEWED, False, (), TRAIL, said)  # noqa: FBT003


FOUND_BY_KIND = [(code, kinds) for code, _, kinds, _ in ASKED if code not in ("no-hold", "results")]


@pytest.mark.parametrize(("code", "kinds"), FOUND_BY_KIND)
def test_what_was_never_recorded_has_no_evidence_and_nothing_was_found(
    code: str, kinds: tuple[type[Event], ...]
):
    facts = without(waiting_for("certify-batch"), *kinds)
    at = _now(facts)
    assert _line(code, facts, at) == _expected(code, ())


def test_a_deviation_that_was_accepted_is_evidence_as_well():
    facts = waiting_for("certify-batch")
    both = with_event(facts, DeviationAccepted(justification="DEV-1"), _now(facts))
    accepted = _seqs(facts, ShipmentAccepted)
    assert _line("material", both) == _expected("material", (*accepted, both.version))
    alone = without(both, ShipmentAccepted)
    assert _line("material", alone) == _expected("material", (both.version,))


def test_of_what_was_recorded_twice_the_last_is_the_evidence():
    facts = waiting_for("certify-batch")
    again = with_event(facts, BatchOpened(batch="B-2"), _now(facts))
    assert _line("batch", again) == _expected("batch", (again.version,))


@pytest.mark.parametrize(
    ("scopes", "found"),
    [(("treatment",), "taken back"), (("data", "treatment"), "taken back"), (("data",), "")],
)
def test_consent_counts_until_that_to_the_treatment_is_taken_back(
    scopes: tuple[str, ...], found: str
):
    facts = waiting_for("certify-batch")
    after = with_event(facts, ConsentWithdrawn(scopes=scopes), _now(facts))
    evidence = _seqs(facts, ConsentVerified)
    expected = _expected("consent", evidence, found, satisfied=not found)
    assert _line("consent", after) == expected


@pytest.mark.parametrize(
    ("later", "found"),
    [(timedelta(microseconds=-1), ""), (timedelta(0), "past its expiry"),
     (timedelta(days=1), "past its expiry")],
)  # fmt: skip
def test_a_batch_is_in_date_until_just_before_its_expiry(later: timedelta, found: str):
    facts = waiting_for("certify-batch")
    made = facts.last(ManufactureCompleted)
    assert made is not None
    expected = _expected("in-date", _seqs(facts, ManufactureCompleted), found, satisfied=not found)
    assert _line("in-date", facts, made.expires_at + later) == expected


def test_a_hold_is_named_with_the_event_that_placed_it():
    facts = waiting_for("certify-batch")
    held = with_event(facts, HoldPlaced(reason="DEV-1"), _now(facts))
    expected = _expected("no-hold", (held.version,), "on hold (hold.placed)", satisfied=False)
    assert _line("no-hold", held) == expected


# --- results and specification -------------------------------------------------------------------

RISK = RiskEvaluated(document="RA-1")
REQUEST = OosProductRequested(document="REQ-1", no_alternative=True, immediate_hazard=True)
WRONG = QualityOutOfSpecification(objections=())


def _tested(*changes: TestResult, leave_out: tuple[str, ...] = ()) -> Facts:
    """A batch whose results are these in place of the good ones, and no verdict on it yet."""
    facts = without(waiting_for("certify-batch"), QualityPassed)
    named = {one.test: one for one in changes}
    rows = []
    for row in facts.history:
        event = row.event
        if isinstance(event, QualityResultsRecorded):
            kept = (one for one in event.results if one.test not in leave_out)
            results = tuple(named.get(one.test, one) for one in kept)
            rows.append(replace(row, event=event.model_copy(update={"results": results})))
        else:
            rows.append(row)
    return replace(facts, history=tuple(rows))


def _then(facts: Facts, *events: tuple[Event, str]) -> tuple[Facts, tuple[int, ...]]:
    """The facts after these events, each by somebody; and the numbers of the events."""
    first = facts.history[-1].seq + 1
    rows = tuple(
        Recorded(seq, event, Actor(person, Role.MANUFACTURER), _now(facts))
        for seq, (event, person) in enumerate(events, first)
    )
    return replace(facts, history=(*facts.history, *rows)), tuple(row.seq for row in rows)


ASKED_FOR = ((WRONG, "qc"), (RISK, "maker"), (REQUEST, "physician"))
BY_ONE = ((WRONG, "qc"), (RISK, "maker"), (REQUEST, "maker"))


@pytest.mark.parametrize(
    ("events", "lacks"),
    [
        (ASKED_FOR[:1], "; risk-not-evaluated; not-requested"),
        (ASKED_FOR[:2], "; not-requested"),
        (ASKED_FOR, ""),
        (BY_ONE, "; not-independent"),
    ],
)
def test_what_is_out_of_specification_lists_what_is_wrong_and_what_its_request_lacks(
    events: tuple[tuple[Event, str], ...], lacks: str
):
    bad = (TestResult(test="viability", value=61.5), TestResult(test="sterility", outcome="seen"))
    facts, rows = _then(_tested(*bad), *events)
    found = f"out of specification (61.5 %, out of range, outcome seen){lacks}"
    line = _expected("specification", rows, found, satisfied=not lacks, source=ON_REQUEST)
    assert _line("specification", facts) == line
    assert _line("results", facts) == _expected("results", _seqs(facts, QualityResultsRecorded))


def test_the_same_fault_in_two_tests_is_named_once():
    negative = ("sterility", "mycoplasma")
    facts, rows = _then(
        _tested(*(TestResult(test=test, outcome="seen") for test in negative)), *ASKED_FOR
    )
    line = _line("specification", facts)
    assert (line.found, line.evidence) == ("out of specification (outcome seen)", rows)


def test_a_batch_without_a_verdict_is_not_within_specification():
    assert _line("specification", _tested()) == _expected("specification", ())


@pytest.mark.parametrize(
    ("events", "right"),
    [((), False), (((QualityPassed(), "qc"),), False), (ASKED_FOR[:2], False), (BY_ONE, False),
     (ASKED_FOR, True)],
)  # fmt: skip
def test_a_missing_result_is_made_good_by_an_exception_alone(
    *, events: tuple[tuple[Event, str], ...], right: bool
):
    facts, _ = _then(_tested(leave_out=("viability", "potency")), *events)
    evidence = _seqs(facts, QualityResultsRecorded)
    line = _expected("results", evidence, "missing: potency, viability", satisfied=right)
    assert _line("results", facts) == line


def test_results_that_came_in_parts_are_all_evidence():
    facts = _tested(leave_out=("viability",))
    rest = QualityResultsRecorded(batch="B-1", results=(TestResult(test="viability", value=90),))
    whole, (last,) = _then(facts, (rest, "qc"))
    evidence = (*_seqs(facts, QualityResultsRecorded), last)
    assert _line("results", whole) == _expected("results", evidence)


def test_without_any_result_every_test_is_missing_by_name():
    facts = without(waiting_for("certify-batch"), QualityResultsRecorded)
    names = ", ".join(sorted(test.name for test in facts.product.release_tests))
    assert _line("results", facts) == _expected("results", (), f"missing: {names}")
