"""Stages that are begun again: what they had brought counts no more, what lasts still does."""

import pytest

from atmpflow import course
from atmpflow.events.admission import ConsentVerified, ScreeningRecorded, SlotsBooked
from atmpflow.events.collection import CollectionCompleted
from atmpflow.events.manufacture import BatchOpened, ManufactureCompleted
from atmpflow.message import Event
from atmpflow.rules.supply import supply
from atmpflow.waits import timers, waits_for
from tests.memory import waiting_for, with_event


class Again(Event):
    name = "made.up.again"
    lasting = True


@pytest.fixture(autouse=True)
def _sent_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(course.BEGUN_AGAIN, Again.name, ("manufacture", "ordering"))


def test_what_came_before_the_stage_stays_and_what_came_since_counts_no_more():
    before = waiting_for("certify-batch")
    again = with_event(before, Again(), before.history[-1].occurred_at)
    assert (again.stage, again.position) == ("manufacture", 0)
    assert again.last(CollectionCompleted) == before.last(CollectionCompleted)
    assert again.last(ConsentVerified)
    assert again.last(SlotsBooked)
    assert again.last(BatchOpened) is None
    assert again.last(ManufactureCompleted) is None
    assert supply(again) is None


def test_nothing_is_forgotten():
    before = waiting_for("certify-batch")
    again = with_event(before, Again(), before.history[-1].occurred_at)
    assert again.history[:-1] == before.history
    assert [event for _, event in again.ever(ManufactureCompleted)]
    assert again.version == before.version + 1


def test_the_journey_waits_anew_with_owner_and_deadline():
    before = waiting_for("certify-batch")
    at = before.history[-1].occurred_at
    wait = waits_for(with_event(before, Again(), at))
    assert wait is not None
    assert (wait.command, wait.since) == ("open-batch", at)
    kinds = {timer.kind for timer in timers(with_event(before, Again(), at))}
    assert "product-expires" not in kinds
    assert "material-expires" in kinds


def test_what_lasts_is_never_superseded(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(course.BEGUN_AGAIN, Again.name, ("eligibility",))
    before = waiting_for("certify-batch")
    again = with_event(before, Again(), before.history[-1].occurred_at)
    assert again.stage == "eligibility"
    assert again.last(ScreeningRecorded) == before.last(ScreeningRecorded)
    assert all(not row.event.lasting for row in again.history if row.seq in again.superseded)


def test_a_pathway_without_the_first_stage_begins_again_at_the_next_one_it_has():
    before = waiting_for("accept-product", "hemgenix")
    again = with_event(before, Again(), before.history[-1].occurred_at)
    assert again.stage == "ordering"
