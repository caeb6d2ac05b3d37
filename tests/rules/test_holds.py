"""What a hold holds back has not happened during one either, whatever time is claimed for it."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atmpflow.commands import COMMANDS
from atmpflow.commands.after import LiftHold, PlaceHold
from atmpflow.errors import Refused
from atmpflow.events.after import HoldPlaced
from atmpflow.journey import Facts
from atmpflow.people import Actor, Role
from atmpflow.rules.holds import HELD_BACK, held_during, holds, newest_reason, resumed
from tests.memory import LATE, asked, next_command, waiting_for, with_event

MINUTE = timedelta(minutes=1)
OFFICER = Actor("an-officer", Role.COMPLIANCE)
TWO = (Actor("a-physician", Role.PHYSICIAN), Actor("a-pharmacist", Role.PHARMACIST))
TOWARDS_THE_PATIENT = (
    "start-manufacture", "certify-batch", "accept-product", "start-conditioning", "prescribe-dose",
    "check-identity", "thaw-product", "administer-dose",
)  # fmt: skip


def _placed(facts: Facts, at: datetime) -> Facts:
    return asked(facts, PlaceHold(occurred_at=at, reason="DEV-1"), OFFICER)


def _lifted(facts: Facts, at: datetime) -> Facts:
    for who in TWO:
        facts = asked(facts, LiftHold(occurred_at=at, reason="CAPA-1"), who)
    return facts


def _held_for_an_hour(command: str) -> tuple[Facts, datetime]:
    """A journey that waits for a command and was on hold for an hour; and since when."""
    facts = waiting_for(command)
    assert facts.since is not None
    since = facts.since + 10 * MINUTE
    return _lifted(_placed(facts, since), since + 60 * MINUTE), since


@pytest.mark.parametrize("name", TOWARDS_THE_PATIENT)
@pytest.mark.parametrize(
    ("minutes", "free"), [(-1, True), (0, False), (59, False), (60, True), (61, True)]
)
def test_a_step_towards_the_patient_has_not_happened_during_a_hold(
    name: str,
    minutes: int,
    free: bool,  # noqa: FBT001
):
    facts, since = _held_for_an_hour(name)
    assert facts.hold is None
    move, at = next_command(facts), since + minutes * MINUTE
    times = [name for name in ("began_at", "started_at", "ended_at") if hasattr(move.command, name)]
    said = move.command.model_copy(update=dict.fromkeys(("occurred_at", *times), at))
    assert (held_during(said, facts) is None) is free
    if not free:
        with pytest.raises(Refused) as refused:
            asked(facts, said, move.actor)
        assert (refused.value.code, refused.value.field) == ("date-during-hold", "occurred_at")


def test_a_dose_that_began_during_a_hold_is_refused_though_it_became_known_later():
    facts, since = _held_for_an_hour("administer-dose")
    move = next_command(facts)
    began = move.command.model_copy(update={"started_at": since + 30 * MINUTE})
    assert move.command.occurred_at >= since + 60 * MINUTE
    with pytest.raises(Refused, match="date-during-hold"):
        asked(facts, began, move.actor)


def test_what_happened_on_the_way_meanwhile_keeps_its_own_time():
    facts, since = _held_for_an_hour("deliver-shipment")
    move = next_command(facts)
    delivered = move.command.model_copy(update={"occurred_at": since + 30 * MINUTE})
    assert asked(facts, delivered, move.actor).version == facts.version + 1


def test_nobody_agrees_before_the_newest_reason_came_up():
    facts = waiting_for("start-manufacture")
    assert facts.since is not None
    first, second = facts.since + MINUTE, facts.since + 9 * MINUTE
    twice = _placed(_placed(facts, first), second)
    assert newest_reason(twice) == second
    with pytest.raises(Refused) as refused:
        _lifted(twice, second - MINUTE)
    assert (refused.value.code, refused.value.field) == ("date-before-previous", "occurred_at")
    assert _lifted(twice, second).hold is None


SPANS = st.lists(st.tuples(st.integers(0, 90), st.integers(0, 90)), min_size=1, max_size=4)


@given(SPANS, st.integers(-10, 800))
def test_a_moment_is_free_exactly_when_no_hold_covers_it(spans: list[tuple[int, int]], minute: int):
    facts = waiting_for("start-manufacture")
    assert facts.since is not None
    begun, at, covered = facts.since, 0, []
    for after, lasts in spans:
        since = at + after
        at = since + lasts
        covered.append(range(since, at))
        facts = _lifted(_placed(facts, begun + since * MINUTE), begun + at * MINUTE)
    said = next_command(facts).command.model_copy(update={"occurred_at": begun + minute * MINUTE})
    assert (held_during(said, facts) is not None) is any(minute in one for one in covered)
    assert len(list(holds(facts))) == len(spans)
    assert resumed(facts) == begun + at * MINUTE


@pytest.mark.parametrize("minutes", [(10, 30), (30, 10)])
def test_a_hold_of_two_reasons_began_with_whichever_happened_first(minutes: tuple[int, int]):
    facts = waiting_for("start-manufacture")
    assert facts.since is not None
    for minute in minutes:
        facts = with_event(facts, HoldPlaced(reason="DEV-1"), facts.since + minute * MINUTE)
    assert newest_reason(facts) == facts.since + 30 * MINUTE
    (held,) = holds(_lifted(facts, facts.since + 60 * MINUTE))
    assert (held.since, held.until) == (facts.since + 10 * MINUTE, facts.since + 60 * MINUTE)


def test_the_only_reason_of_a_hold_is_its_newest():
    facts = waiting_for("start-manufacture")
    assert newest_reason(_placed(facts, LATE)) == LATE


def test_nothing_goes_on_in_a_journey_that_waits_for_nothing():
    assert resumed(replace(waiting_for("start-manufacture"), since=None)) is None


def test_an_open_hold_has_no_end_and_holds_everything_back_by_itself():
    facts = waiting_for("start-manufacture")
    assert newest_reason(facts) is None
    held = _placed(facts, LATE)
    assert list(holds(held)) == []
    move = next_command(facts)
    with pytest.raises(Refused, match="journey-held"):
        asked(held, move.command, move.actor)


def test_every_step_that_is_held_back_is_a_command_of_people():
    assert {kind for kind in COMMANDS.values() if kind in HELD_BACK} == HELD_BACK
    assert all(Role.SYSTEM not in kind.roles for kind in HELD_BACK)
