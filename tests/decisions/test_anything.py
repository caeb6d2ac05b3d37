"""Whatever is sent, a decision is made of events or a refusal, and the facts stay in order."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atmpflow.commands import COMMANDS
from atmpflow.course import AT_ANY_TIME
from atmpflow.decide import decide
from atmpflow.errors import Refused
from atmpflow.events import EVENTS
from atmpflow.journey import HOLDS, Facts, fold
from atmpflow.message import Command, Event
from atmpflow.people import Actor
from atmpflow.waits import DUTY, timers, waits_for
from tests.memory import LATE, next_command, whole, with_event
from tests.strategies import contents

PRODUCTS = ("aucatzyl", "ebvallo", "zolgensma", "holoclar")
WAITS = [facts for product in PRODUCTS for facts in whole(product) if facts.step is not None]


@st.composite
def situations(draw: st.DrawFn) -> tuple[Facts, Command, Actor]:
    """A journey, and a command that is in turn, right in some fields and made up in others."""
    facts = draw(st.sampled_from(WAITS))
    assert facts.step is not None
    due = next_command(facts)
    others = sorted({*facts.step.also, *AT_ANY_TIME}, key=lambda kind: kind.name)
    kind = draw(st.sampled_from([type(due.command), type(due.command), *others]))
    made_up: Any = draw(contents(kind))
    if kind is type(due.command):
        kept = draw(st.sets(st.sampled_from(sorted(kind.model_fields))))
        made_up = made_up.model_copy(update={f: getattr(due.command, f) for f in kept})
    people = st.sampled_from(["a", "b", due.actor.id])
    who = Actor(draw(people), draw(st.sampled_from(sorted(kind.roles))))
    return facts, made_up, who


def _outcome(facts: Facts, command: Command, who: Actor) -> list[Event] | Refused:
    try:
        return decide(command, facts, LATE, who)
    except Refused as refused:
        return refused


def _decide(facts: Facts, command: Command, who: Actor) -> None:
    """Events that all can be folded, read and waited on; or a refusal that says what is wrong."""
    events = _outcome(facts, command, who)
    if isinstance(events, Refused):
        assert events.code.replace("-", "").isalpha()
        assert events.message
        assert facts.referral.person.hex not in str(events)
        return
    after = facts
    for event in events:
        assert EVENTS[event.name] is type(event)
        after = with_event(after, event, command.occurred_at, who)
    assert fold(facts.journey, after.history) == after
    assert after.ended or waits_for(after) is not None
    assert not after.ended or all(timer.kind.startswith(DUTY) for timer in timers(after))
    held = any(isinstance(event, HOLDS) for event in events)
    assert not (held and (after.stage, after.position) != (facts.stage, facts.position))


@given(situations())
def test_a_decision_is_events_or_a_refusal_and_nothing_else(
    situation: tuple[Facts, Command, Actor],
):
    _decide(*situation)


@pytest.mark.slow
@settings(max_examples=10_000)
@given(situations())
def test_a_decision_is_events_or_a_refusal_however_often_one_tries(
    situation: tuple[Facts, Command, Actor],
):
    _decide(*situation)


def test_there_is_something_to_try():
    assert len(WAITS) > 200
    assert (
        len({facts.step.command for facts in WAITS if facts.step})
        > len(set(COMMANDS.values()) - AT_ANY_TIME) * 0.6
    )
