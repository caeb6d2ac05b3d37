"""Duties: who owes what by when after something went wrong, and who may say that it is done."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atmpflow.commands.after import FireTimer
from atmpflow.commands.collection import RecordCellCount
from atmpflow.commands.duties import FulfilDuty
from atmpflow.decide import decide
from atmpflow.duties import DUTIES, duties, open_duties
from atmpflow.errors import Refused
from atmpflow.events.after import JourneyWithdrawn
from atmpflow.events.duties import DutyOverdue
from atmpflow.journey import Facts
from atmpflow.people import ENGINE, Actor, Role
from atmpflow.waits import DUTY, timers
from tests.memory import LATE, asked, stepped, waiting_for, whole, with_event

PHYSICIAN = Actor("a-physician", Role.PHYSICIAN)


def _short() -> Facts:
    """A collection with too few cells, and the engine's judgement of it."""
    facts = waiting_for("record-cell-count")
    assert facts.since is not None
    count = RecordCellCount(occurred_at=facts.since, count=0, viability_pct=90)
    return stepped(asked(facts, count, Actor("a-laboratory", Role.LABORATORY)))


SHORT = _short()
"""It opens a duty of the physician and one of the manufacturer."""


def _fulfil(facts: Facts, name: str, who: Actor) -> Facts:
    assert facts.since is not None
    return asked(facts, FulfilDuty(occurred_at=facts.since, duty=name, reference="read"), who)


def _name_of(owner: Role) -> str:
    return next(duty.name for duty in open_duties(SHORT) if duty.owner is owner)


def test_a_journey_without_trouble_has_no_duties():
    assert duties(whole("kymriah")[-1]) == ()


def test_a_short_collection_must_be_read_by_physician_and_manufacturer_with_a_deadline():
    found = open_duties(SHORT)
    assert {duty.owner for duty in found} == {Role.PHYSICIAN, Role.MANUFACTURER}
    assert all(duty.due_at > duty.since == SHORT.history[-1].occurred_at for duty in found)
    running = {timer.kind: timer.due_at for timer in timers(SHORT)}
    assert {running[f"{DUTY}{duty.name}"] for duty in found} == {duty.due_at for duty in found}


def test_its_owner_fulfils_a_duty_once():
    done = _fulfil(SHORT, _name_of(Role.PHYSICIAN), PHYSICIAN)
    assert [duty.owner for duty in open_duties(done)] == [Role.MANUFACTURER]
    with pytest.raises(Refused) as refused:
        _fulfil(done, _name_of(Role.PHYSICIAN), PHYSICIAN)
    assert refused.value.code == "duty-fulfilled"


def test_a_duty_that_the_journey_does_not_have_is_refused_and_the_open_ones_are_named():
    with pytest.raises(Refused) as refused:
        _fulfil(SHORT, "inform-nobody:1", PHYSICIAN)
    assert refused.value.code == "duty-unknown"
    assert _name_of(Role.PHYSICIAN) in refused.value.remedy


@given(st.sampled_from(sorted(FulfilDuty.roles)), st.sampled_from(open_duties(SHORT)))
def test_nobody_but_its_owner_fulfils_a_duty(role: Role, duty):
    who = Actor("somebody", role)
    if role is duty.owner:
        assert duty.name not in {one.name for one in open_duties(_fulfil(SHORT, duty.name, who))}
        return
    with pytest.raises(Refused) as refused:
        _fulfil(SHORT, duty.name, who)
    assert refused.value.code == "role-not-allowed"


def test_a_duty_is_not_done_before_it_began():
    duty = open_duties(SHORT)[0]
    early = FulfilDuty(
        occurred_at=duty.since - timedelta(seconds=1), duty=duty.name, reference="read"
    )
    with pytest.raises(Refused) as refused:
        decide(early, SHORT, LATE, Actor("somebody", duty.owner))
    assert refused.value.code == "date-before-previous"


def test_a_duty_that_is_overdue_is_announced_once_and_stays_open():
    duty = open_duties(SHORT)[0]
    fire = FireTimer(occurred_at=duty.due_at, kind=f"{DUTY}{duty.name}", due_at=duty.due_at)
    late = asked(SHORT, fire, ENGINE)
    overdue = late.last(DutyOverdue)
    assert overdue is not None
    assert (overdue.duty, overdue.owner) == (duty.name, duty.owner)
    assert decide(fire, late, LATE, ENGINE) == []
    assert duty.name in {one.name for one in open_duties(late)}


def test_a_duty_outlives_the_journey():
    ended = with_event(SHORT, JourneyWithdrawn(reason="clinical"), LATE, PHYSICIAN)
    assert ended.ended == "withdrawn"
    assert {timer.kind.startswith(DUTY) for timer in timers(ended)} == {True}
    done = asked(
        ended,
        FulfilDuty(occurred_at=LATE, duty=_name_of(Role.PHYSICIAN), reference="read"),
        PHYSICIAN,
    )
    assert [duty.owner for duty in open_duties(done)] == [Role.MANUFACTURER]


def test_every_duty_has_an_owner_who_may_fulfil_it_a_clock_and_a_source():
    for owed in (one for many in DUTIES.values() for one in many):
        assert owed.owner in FulfilDuty.roles
        assert owed.within > timedelta(0)
        assert owed.source
