"""Adverse events: who must report what by when, counted from when it was known."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atmpflow.commands.harm import FollowUpAdverseEvent, ReportAdverseEvent, TakeSafetyMeasure
from atmpflow.decide import decide
from atmpflow.duties import Duty, open_duties
from atmpflow.errors import Refused
from atmpflow.events.admission import ReferralReceived
from atmpflow.journey import Facts, Recorded, fold
from atmpflow.owed_for_harm import AMENDED
from atmpflow.people import Actor, Role
from tests.memory import LATE, asked, waiting_for, whole

PHYSICIAN = Actor("a-physician", Role.PHYSICIAN)
DAY = timedelta(days=1)
KNOWN = datetime(2026, 5, 1, 12, tzinfo=UTC)
SUSAR = {"severity": "serious", "related": True, "expected": False}


def _in_trial(facts: Facts) -> Facts:
    """The same journey, in a trial."""
    first = facts.history[0]
    assert isinstance(first.event, ReferralReceived)
    event = first.event.model_copy(update={"trial": "ISRCTN00000000"})
    row = Recorded(first.seq, event, first.actor, first.occurred_at)
    return fold(facts.journey, (row, *facts.history[1:]))


TREATED = waiting_for("complete-monitoring")
TRIAL = _in_trial(TREATED)


def _case(kind: type = ReportAdverseEvent, **changed: Any):
    values = {
        "occurred_at": KNOWN + 2 * DAY,
        "case": "AE-1",
        "term": "10052015",
        "severity": "serious",
        "expected": True,
        "related": False,
        "onset_at": KNOWN - DAY,
        "aware_at": KNOWN,
    }
    return kind.model_validate({**values, **changed})


def _clocks(facts: Facts) -> dict[str, timedelta]:
    """Each open duty's deadline, counted from when the centre knew."""
    return {one.name.partition(":")[0]: one.due_at - KNOWN for one in open_duties(facts)}


def _new(before: Facts, after: Facts) -> list[Duty]:
    had = {one.name for one in open_duties(before)}
    return [one for one in open_duties(after) if one.name not in had]


def _by_kind(before: Facts, after: Facts) -> dict[str, Duty]:
    return {one.name.partition(":")[0]: one for one in _new(before, after)}


def _code(facts: Facts, command) -> str:
    with pytest.raises(Refused) as refused:
        decide(command, facts, LATE, PHYSICIAN)
    return refused.value.code


@pytest.mark.parametrize(
    ("said", "owed"),
    [
        ({}, {"report-to-sponsor": DAY}),
        ({"severity": "not-serious"}, {}),
        (SUSAR, {"report-to-sponsor": DAY, "susar-15-days": 15 * DAY}),
        (
            {**SUSAR, "severity": "fatal"},
            {
                "report-to-sponsor": DAY,
                "susar-7-days": 7 * DAY,
                "susar-8-more-days": 15 * DAY,
            },
        ),
        ({**SUSAR, "expected": True}, {"report-to-sponsor": DAY}),
        (
            {"tissue_related": True},
            {"report-to-sponsor": DAY, "report-to-hta": DAY},
        ),
    ],
)
def test_the_clocks_of_a_trial_count_from_when_it_was_known(said: Any, owed: Any):
    clocks = _clocks(asked(TRIAL, _case(**said), PHYSICIAN))
    clocks.pop("inform-manufacturer", None)
    assert clocks == owed


def test_the_sponsors_clock_counts_from_the_sponsors_own_awareness():
    aware = KNOWN + 1 * DAY
    clocks = _clocks(asked(TRIAL, _case(**SUSAR, sponsor_aware_at=aware), PHYSICIAN))
    assert clocks["susar-15-days"] == 16 * DAY
    assert clocks["report-to-sponsor"] == DAY


def test_a_licensed_product_asks_for_a_yellow_card_and_no_susar():
    clocks = _clocks(asked(TREATED, _case(**SUSAR), PHYSICIAN))
    assert "yellow-card" in clocks
    assert not {kind for kind in clocks if kind.startswith("susar")}


@given(
    st.sampled_from(["not-serious", "serious", "life-threatening", "fatal"]),
    st.booleans(),
    st.booleans(),
    st.integers(0, 40),
)
def test_a_susar_always_has_one_clock_whenever_it_is_recorded(severity, expected, related, late):
    command = _case(
        severity=severity, expected=expected, related=related, occurred_at=KNOWN + late * DAY
    )
    clocks = _clocks(asked(TRIAL, command, PHYSICIAN))
    first = {kind for kind in clocks if kind in {"susar-7-days", "susar-15-days"}}
    susar = severity != "not-serious" and related and not expected
    assert len(first) == int(susar)
    if susar:
        days = 7 if severity in {"fatal", "life-threatening"} else 15
        assert clocks[first.pop()] == days * DAY


def test_what_becomes_worse_starts_the_shorter_clock_anew():
    reported = asked(TRIAL, _case(**SUSAR), PHYSICIAN)
    learnt = KNOWN + 5 * DAY
    worse = _case(
        FollowUpAdverseEvent,
        **{**SUSAR, "severity": "fatal"},
        aware_at=learnt,
        occurred_at=learnt,
    )
    new = {
        one.name.partition(":")[0]: one for one in _new(reported, asked(reported, worse, PHYSICIAN))
    }
    assert new["susar-7-days"].due_at == learnt + 7 * DAY
    assert "susar-15-days" not in new


def test_news_of_a_fatal_susar_is_sent_within_eight_days():
    reported = asked(TRIAL, _case(**{**SUSAR, "severity": "fatal"}), PHYSICIAN)
    learnt = KNOWN + 5 * DAY
    more = _case(
        FollowUpAdverseEvent,
        **{**SUSAR, "severity": "fatal"},
        aware_at=learnt,
        occurred_at=learnt,
    )
    new = {
        one.name.partition(":")[0]: one for one in _new(reported, asked(reported, more, PHYSICIAN))
    }
    assert new["susar-8-more-days"].due_at == learnt + 8 * DAY
    assert "susar-7-days" not in new


def test_a_case_that_turns_out_related_becomes_a_susar_then():
    reported = asked(TRIAL, _case(), PHYSICIAN)
    learnt = KNOWN + 9 * DAY
    now = _case(FollowUpAdverseEvent, **SUSAR, aware_at=learnt, occurred_at=learnt)
    new = {
        one.name.partition(":")[0]: one for one in _new(reported, asked(reported, now, PHYSICIAN))
    }
    assert new["susar-15-days"].due_at == learnt + 15 * DAY


@pytest.mark.parametrize(("taken", "days"), [(AMENDED - timedelta(seconds=1), 3), (AMENDED, 7)])
def test_notice_of_an_urgent_measure_is_due_as_the_law_says_on_that_day(taken, days):
    reported = asked(TRIAL, _case(), PHYSICIAN)
    measure = TakeSafetyMeasure(occurred_at=taken, case="AE-1", reference="USM-1")
    new = _new(reported, asked(reported, measure, PHYSICIAN))
    notice = next(one for one in new if one.name.startswith("notify-measure"))
    assert (notice.due_at, notice.owner) == (taken + days * DAY, Role.PHARMACOVIGILANCE)


def test_a_serious_reaction_before_the_next_dose_stops_it():
    before = waiting_for("start-conditioning")
    at = before.history[-1].occurred_at
    case = _case(**SUSAR, onset_at=at, aware_at=at, occurred_at=at)
    assert asked(before, case, PHYSICIAN).hold is not None
    assert asked(TREATED, _case(**SUSAR), PHYSICIAN).hold is None


def test_harm_is_reported_from_the_first_procedure_on_and_after_the_end():
    for facts in whole("kymriah"):
        at = facts.history[-1].occurred_at
        command = _case(onset_at=at, aware_at=at, occurred_at=at)
        if facts.stages.index(next(s for s in facts.stages if s.name == facts.stage)) < 5:
            assert _code(facts, command) == "no-procedure"
    ended = whole("kymriah")[-1]
    at = ended.history[-1].occurred_at
    after = asked(ended, _case(onset_at=at, aware_at=at, occurred_at=at), PHYSICIAN)
    assert after.ended == ended.ended


def test_a_case_is_reported_once_and_followed_up_by_its_number():
    reported = asked(TREATED, _case(), PHYSICIAN)
    assert _code(reported, _case()) == "case-known"
    assert _code(reported, _case(FollowUpAdverseEvent, case="AE-2")) == "case-unknown"
    measure = TakeSafetyMeasure(occurred_at=KNOWN, case="AE-2", reference="USM-1")
    assert _code(reported, measure) == "case-unknown"


def test_it_cannot_be_known_before_it_began_or_after_it_was_recorded():
    assert _code(TREATED, _case(onset_at=KNOWN + DAY)) == "date-impossible"
    assert _code(TREATED, _case(occurred_at=KNOWN - timedelta(hours=1))) == "date-impossible"
    assert _code(TREATED, _case(sponsor_aware_at=KNOWN + 3 * DAY)) == "date-impossible"


def test_nothing_but_codes_is_told():
    with pytest.raises(ValueError, match="term"):
        _case(term="Mrs Example had a fever")
