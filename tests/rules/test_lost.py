"""Somebody is lost to follow-up only after enough attempts, in enough ways, over enough time."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from atmpflow.events.after import FollowUpRecorded, MonitoringCompleted
from atmpflow.events.contact import ContactAttempted, PatientFound
from atmpflow.journey import Facts, Recorded
from atmpflow.message import Event
from atmpflow.rules.lost import ATTEMPTS, PERIOD, attempts, judge_lost, silent_since
from tests.memory import opened, waiting_for
from tests.wording import against

FACTS = waiting_for("record-follow-up")
HEARD = silent_since(FACTS)
DAY = timedelta(days=1)
WAYS = ("telephone", "letter", "gp", "registry")


def _tried(*ways: str, each: timedelta = PERIOD / 3, first: timedelta = DAY) -> Facts:
    """The journey with one attempt after another, none of which reached the patient."""
    made = [
        (ContactAttempted.model_validate({"way": way, "outcome": "no-answer"}), first + n * each)
        for n, way in enumerate(ways)
    ]
    return _with(FACTS, *made)


def _with(facts: Facts, *events: tuple[Event, timedelta]) -> Facts:
    last = facts.history[-1]
    rows = tuple(
        Recorded(last.seq + n, event, last.actor, HEARD + after)
        for n, (event, after) in enumerate(events, start=1)
    )
    return replace(facts, history=(*facts.history, *rows))


def _codes(facts: Facts, *, due_at: datetime | None = HEARD, at: datetime | None = None):
    return against(judge_lost(facts, at or HEARD + 99 * DAY, due_at=due_at))


def test_enough_attempts_in_enough_ways_over_enough_time_are_enough():
    assert _codes(_tried(*WAYS)) == []


@pytest.mark.parametrize(
    ("facts", "codes"),
    [
        (_tried(*WAYS, each=PERIOD / 3 - timedelta(seconds=1)), ["too-soon"]),
        (_tried("gp", "registry", "letter", each=PERIOD / 2), ["attempts-few"]),
        (_tried("gp", "registry", "gp", "gp"), ["ways-few"]),
        (_tried("letter", "registry", "telephone", "letter"), ["not-asked"]),
        (_tried("letter", "gp", "telephone", "message"), ["not-asked"]),
        (
            _tried("letter", each=PERIOD),
            ["attempts-few", "ways-few", *["not-asked"] * 2, "too-soon"],
        ),
        (FACTS, ["attempts-few", "ways-few", "not-asked", "not-asked", "too-soon"]),
    ],
)
def test_each_thing_that_was_not_tried_is_named(facts: Facts, codes: list[str]):
    assert _codes(facts) == codes


def test_the_reasons_say_how_much_of_how_much():
    found = [one.found for one in judge_lost(_tried("letter"), HEARD, due_at=HEARD).against]
    assert found == ["1 of 4", "1 of 3", "gp", "registry", "0 of 28 days"]


@pytest.mark.parametrize(
    ("due_in", "codes"), [(timedelta(0), []), (timedelta(seconds=1), ["no-visit-missed"])]
)
def test_nobody_is_lost_before_a_visit_is_due(due_in: timedelta, codes: list[str]):
    at = HEARD + 99 * DAY
    assert _codes(_tried(*WAYS), at=at, due_at=at + due_in) == codes
    assert _codes(_tried(*WAYS), due_at=None) == ["no-visit-missed"]


def _visit(*, alive: bool | None) -> FollowUpRecorded:
    return FollowUpRecorded.model_construct(day=100, alive=alive)


@pytest.mark.parametrize(
    ("event", "heard"),
    [
        (PatientFound(told_by="gp"), True),
        (ContactAttempted(way="letter", outcome="reached"), True),
        (ContactAttempted(way="letter", outcome="moved-away"), False),
        (_visit(alive=True), True),
        (_visit(alive=False), True),
        (_visit(alive=None), False),
    ],
)
def test_whoever_was_heard_of_is_searched_for_from_then(event: Event, *, heard: bool):
    later = 40 * DAY
    facts = _with(_tried(*WAYS), (event, later))
    assert silent_since(facts) == (HEARD + later if heard else HEARD)
    before = ATTEMPTS + isinstance(event, ContactAttempted)
    assert len(attempts(facts)) == (0 if heard else before)


def test_an_attempt_at_the_very_moment_of_the_last_news_is_not_one_after_it():
    assert attempts(_tried("letter", first=timedelta(0))) == ()
    assert len(attempts(_tried("letter", first=timedelta(seconds=1)))) == 1


def test_before_anything_else_the_referral_is_the_last_news():
    facts = opened()
    assert silent_since(facts) == facts.history[0].occurred_at
    assert FACTS.when(MonitoringCompleted) == HEARD
