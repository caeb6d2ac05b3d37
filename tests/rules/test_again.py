"""How often the supply may begin anew, what is left for another batch, and who carries it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from atmpflow.events.collection import CollectionCompleted, CollectionShort
from atmpflow.events.consent import LeftOver
from atmpflow.events.manufacture import BatchRejected, ManufactureStarted
from atmpflow.events.recovery import (
    CollectionFailed,
    CourierChanged,
    RecollectionOrdered,
    ReplacementOrdered,
)
from atmpflow.events.remaking import ManufactureFailed, RemakeOrdered
from atmpflow.events.shipment import ShipmentPacked
from atmpflow.journey import Facts
from atmpflow.message import Event
from atmpflow.rules.attempts import (
    MOST_COLLECTIONS,
    MOST_SUPPLIES,
    collections,
    judge_collecting,
    judge_supplying,
)
from atmpflow.rules.consent import left_over
from atmpflow.rules.remaking import (
    MOST_BATCHES,
    batches,
    judge_remake,
    kept_back,
    material_expires_at,
    said_left,
)
from atmpflow.rules.transit import courier, hold_time, under_way
from tests.memory import opened, waiting_for, with_event
from tests.wording import against

HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
NOTHING = CollectionFailed(reason="access")
ORDERED = {"reason": "missing", "units": (), "batch": None, "attempt": 1}
RECOLLECT = RecollectionOrdered.model_validate(ORDERED)
REPLACE = ReplacementOrdered.model_validate(ORDERED)


def _after(facts: Facts, *events: Event) -> Facts:
    for event in events:
        facts = with_event(facts, event, facts.history[-1].occurred_at)
    return facts


def _beside(facts: Facts, *events: Event) -> Facts:
    """The same journey with events in its history that move it nowhere."""
    last = facts.history[-1]
    rows = tuple(
        replace(last, seq=last.seq + n, event=event) for n, event in enumerate(events, start=1)
    )
    return replace(facts, history=(*facts.history, *rows), superseded=frozenset())


@pytest.mark.parametrize("failed", range(MOST_COLLECTIONS + 2))
def test_a_patient_is_attached_no_more_often_than_the_limit(failed: int):
    facts = _beside(waiting_for("record-collection"), *[NOTHING] * failed)
    assert collections(facts) == failed
    used = failed >= MOST_COLLECTIONS
    stale = failed > 0
    expected = ["attempts-used"] * used + ["screening-before-failure"] * stale
    judged = judge_collecting(facts)
    assert against(judged) == expected
    if used:
        assert judged.against[0].found == f"{failed} collections so far"


@pytest.mark.parametrize("failure", [NOTHING, CollectionShort(objections=()), RECOLLECT])
def test_a_collection_after_a_failure_needs_a_screening_that_is_newer(failure: Event):
    facts = waiting_for("record-collection")
    screened = next(row.event for row in facts.history if row.event.name == "screening.recorded")
    assert against(judge_collecting(facts)) == []
    failed = _beside(facts, failure)
    assert against(judge_collecting(failed)) == ["screening-before-failure"]
    assert against(judge_collecting(_beside(failed, screened))) == []


@pytest.mark.parametrize("again", range(MOST_SUPPLIES + 2))
@pytest.mark.parametrize("order", [RECOLLECT, REPLACE])
def test_a_supply_begins_anew_no_more_often_than_the_limit(order: Event, again: int):
    judged = judge_supplying(_beside(waiting_for("record-collection"), *[order] * again))
    assert against(judged) == ["attempts-used"] * (again >= MOST_SUPPLIES)
    assert all(reason.found == f"begun anew {again} times" for reason in judged.against)


def test_both_ways_of_beginning_anew_count_together():
    facts = _beside(waiting_for("record-collection"), RECOLLECT, REPLACE, RECOLLECT)
    assert against(judge_supplying(facts)) == ["attempts-used"]


def _failed(facts: Facts, *, left: bool | None) -> Facts:
    if left is None:
        return _beside(facts, BatchRejected(batch="B-1", reason="OOS-1"))
    report = {"batch": "B-1", "reason": "vector", "report": "R-1", "material_left": left}
    return _beside(facts, ManufactureFailed.model_validate(report))


@pytest.mark.parametrize("left", [True, False, None])
def test_what_the_maker_says_is_left_is_kept_for_another_batch(left: bool | None):  # noqa: FBT001
    facts = waiting_for("complete-manufacture")
    collected = facts.last(CollectionCompleted)
    assert collected is not None
    assert (said_left(facts), kept_back(facts)) == (None, None)
    failed = _failed(facts, left=left)
    assert said_left(failed) is left
    assert kept_back(failed) == (collected.unit if left else None)
    assert left_over(failed).units == ((collected.unit,) if left else ())
    assert isinstance(left_over(failed), LeftOver)


def test_a_rejected_batch_says_what_is_left_as_a_failed_one_does():
    rejected = BatchRejected(batch="B-1", reason="OOS-1", material_left=True)
    assert said_left(_beside(waiting_for("complete-manufacture"), rejected)) is True


@pytest.mark.parametrize("begun", range(1, MOST_BATCHES + 2))
def test_no_more_batches_are_begun_than_the_limit(begun: int):
    facts = waiting_for("complete-manufacture")
    started = facts.last(ManufactureStarted)
    assert started is not None
    facts = _beside(facts, *[started] * (begun - 1))
    assert batches(facts) == begun
    now = facts.history[-1].occurred_at
    judged = judge_remake(facts, expires_at=now + SECOND, now=now)
    assert against(judged) == ["attempts-used"] * (begun >= MOST_BATCHES)
    assert all(one.found == f"{begun} batches begun so far" for one in judged.against)


@pytest.mark.parametrize(
    ("left", "lasts", "codes"),
    [
        (True, SECOND, []),
        (None, SECOND, []),
        (False, SECOND, ["nothing-left"]),
        (True, 0 * SECOND, ["expired"]),
        (False, -SECOND, ["nothing-left", "expired"]),
    ],
)
def test_a_batch_is_remade_of_what_is_left_and_in_date(
    left: bool | None,  # noqa: FBT001
    lasts: timedelta,
    codes: list[str],
):
    facts = _failed(waiting_for("complete-manufacture"), left=left)
    now = facts.history[-1].occurred_at
    assert against(judge_remake(facts, expires_at=now + lasts, now=now)) == codes


def test_what_is_left_has_an_expiry_of_its_own():
    facts = waiting_for("complete-manufacture")
    collected = facts.last(CollectionCompleted)
    assert collected is not None
    assert material_expires_at(opened()) is None
    assert material_expires_at(facts) == collected.expires_at
    later = collected.expires_at + HOUR
    remade = RemakeOrdered(
        confirmation="C-1",
        material_expires_at=later,
        attempt=2,
        material=collected.unit,
        units=(),
        batch="B-1",
    )
    assert material_expires_at(_beside(facts, remade)) == later
    assert material_expires_at(_beside(facts, remade, collected)) == collected.expires_at


def test_the_courier_is_the_one_sent_instead_until_another_is_booked():
    facts = waiting_for("deliver-shipment")
    assert courier(opened()) == ""
    booked = courier(facts)
    assert booked == "courier"
    changed = CourierChanged(courier="another", reference="R-2", reason="late")
    assert courier(_beside(facts, changed)) == "another"
    assert courier(_beside(opened(), changed)) == "another"
    again = next(row.event for row in facts.history if row.event.name == "courier.booked")
    assert courier(_beside(facts, changed, again)) == booked


@pytest.mark.parametrize(("holds", "warned"), [(240, 24), (96, 24), (40, 10), (4, 1)])
def test_people_are_told_a_quarter_of_the_hold_time_before_its_end_and_no_more_than_a_day(
    holds: int, warned: int
):
    facts = waiting_for("receive-shipment")
    packed = facts.last(ShipmentPacked)
    assert packed is not None
    assert under_way(facts) == packed
    again = packed.model_copy(update={"hold_time_h": float(holds)})
    found = hold_time(_beside(facts, again))
    assert found is not None
    assert found.ends_at - packed.charged_at == holds * HOUR
    assert found.ends_at - found.warns_at == warned * HOUR


def test_no_clock_runs_before_the_packing_and_after_the_receipt():
    assert hold_time(waiting_for("pack-shipment")) is None
    received = waiting_for("record-temperature-log")
    assert received.history[-1].event.name == "shipment.received"
    assert hold_time(received) is None
