"""A product out of specification is given on three people's word, each after the other."""

from dataclasses import replace

import pytest

from atmpflow.events.exception import OosProductRequested, RiskEvaluated
from atmpflow.events.manufacture import BatchCertified, QualityOutOfSpecification, QualityPassed
from atmpflow.journey import Facts, Recorded
from atmpflow.message import Event
from atmpflow.people import Actor, Role
from atmpflow.rules.exception import (
    evaluated_by,
    judge_exception,
    judge_signed,
    out_of_specification,
    requested_by,
)
from tests.memory import waiting_for
from tests.wording import against

WRONG, RIGHT = QualityOutOfSpecification(objections=()), QualityPassed()
RISK = RiskEvaluated(document="RA-1")
ASKED = OosProductRequested(document="REQ-1", no_alternative=True, immediate_hazard=True)


def _certified(*, knowing: bool) -> BatchCertified:
    return BatchCertified.model_construct(batch="B", certificate="C", out_of_specification=knowing)


def _with(*events: tuple[Event, str]) -> Facts:
    facts = waiting_for("assess-quality")
    last = facts.history[-1]
    rows = tuple(
        Recorded(last.seq + n, event, Actor(person, Role.MANUFACTURER), last.occurred_at)
        for n, (event, person) in enumerate(events, start=1)
    )
    return replace(facts, history=(*facts.history, *rows))


@pytest.mark.parametrize(
    ("verdicts", "wrong"),
    [((), False), ((WRONG,), True), ((WRONG, RIGHT), False), ((RIGHT, WRONG), True)],
)
def test_the_newest_verdict_on_the_batch_counts(verdicts: tuple[Event, ...], *, wrong: bool):
    assert out_of_specification(_with(*((one, "qc") for one in verdicts))) is wrong


@pytest.mark.parametrize(
    ("events", "codes"),
    [
        ([], []),
        ([(WRONG, "qc")], ["risk-not-evaluated", "not-requested"]),
        ([(WRONG, "qc"), (RISK, "maker")], ["not-requested"]),
        ([(WRONG, "qc"), (ASKED, "physician")], ["risk-not-evaluated", "not-requested"]),
        ([(WRONG, "qc"), (RISK, "maker"), (ASKED, "physician")], []),
        ([(WRONG, "qc"), (ASKED, "physician"), (RISK, "maker")], ["not-requested"]),
        ([(WRONG, "qc"), (RISK, "one"), (ASKED, "one")], ["not-independent"]),
        (
            [(WRONG, "qc"), (RISK, "maker"), (ASKED, "physician"), (WRONG, "qc")],
            ["risk-not-evaluated", "not-requested"],
        ),
        (
            [(WRONG, "qc"), (RISK, "maker"), (ASKED, "physician"), (RISK, "maker")],
            ["not-requested"],
        ),
    ],
)
def test_risk_is_evaluated_and_then_it_is_asked_for_by_another(
    events: list[tuple[Event, str]], codes: list[str]
):
    assert against(judge_exception(_with(*events))) == codes


def test_who_evaluated_and_who_asked_last_are_named():
    facts = _with((WRONG, "qc"), (RISK, "one"), (RISK, "two"), (ASKED, "three"), (ASKED, "four"))
    assert (evaluated_by(facts), requested_by(facts)) == ("two", "four")
    assert (evaluated_by(_with()), requested_by(_with())) == (None, None)


@pytest.mark.parametrize(
    ("qp", "codes"),
    [("qp", []), ("maker", ["out-of-specification"]), ("physician", ["out-of-specification"])],
)
def test_the_qp_who_certifies_it_is_a_third_person(qp: str, codes: list[str]):
    signed = ((WRONG, "qc"), (RISK, "maker"), (ASKED, "physician"))
    assert against(judge_signed(_with(*signed, (_certified(knowing=True), qp)))) == codes
    unknowing = _with(*signed, (_certified(knowing=False), qp))
    assert against(judge_signed(unknowing)) == ["out-of-specification"]
    assert against(judge_signed(_with(*signed))) == ["out-of-specification"]


def test_what_is_in_specification_needs_no_exception():
    facts = _with((RIGHT, "qc"), (_certified(knowing=False), "qp"))
    assert against(judge_signed(facts)) == []
