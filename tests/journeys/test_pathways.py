"""One patient's story in each pathway, told by the events that the ledger kept."""

from itertools import pairwise

from atmpflow.events.administration import DoseAdministered
from atmpflow.events.admission import OrderPlaced, UnitAllocated
from atmpflow.events.after import FollowUpPlanned, FollowUpRecorded
from atmpflow.events.collection import CollectionCompleted
from atmpflow.events.manufacture import ManufactureCompleted, ManufactureStarted
from atmpflow.events.shipment import CourierBooked
from atmpflow.journey import Facts
from tests.conftest import Database
from tests.factories import finished
from tests.models.rows import select


def _in_order(facts: Facts, *names: str) -> None:
    """These events happened, in this order, each after the one before."""
    left = iter(row.event.name for row in facts.history)
    for name in names:
        assert name in left, f"{name} did not happen after the one before it"


def _never(facts: Facts, *names: str) -> None:
    assert not {row.event.name for row in facts.history} & set(names)


def _custody(database: Database, facts: Facts, unit: str) -> list[str]:
    """Who held a unit, one after the other, without a gap."""
    rows = select(
        database.app,
        "SELECT holder, starts_at, ends_at FROM custody WHERE unit = %s AND journey_id = %s"
        " ORDER BY starts_at",
        unit,
        facts.journey,
    )
    assert all(left[2] == right[1] for left, right in pairwise(rows))
    assert rows[-1][2] is not None, "after its end nobody holds it"
    return [row[0] for row in rows]


def test_a_patients_own_cells_become_a_car_t_and_come_back(database: Database):
    facts = finished(database.app, "kymriah")
    _in_order(
        facts,
        "referral.received",
        "eligibility.confirmed",
        "panel.approved",
        "consent.verified",
        "slots.booked",
        "collection.completed",
        "material.accepted",
        "shipment.accepted",
        "manufacture.started",
        "quality.passed",
        "batch.certified",
        "shipment.accepted",
        "product.accepted",
        "conditioning.completed",
        "identity.confirmed_before_preparation",
        "product.thawed",
        "identity.confirmed_before_administration",
        "dose.administered",
        "monitoring.completed",
        "journey.completed",
    )
    collected, made = facts.last(CollectionCompleted), facts.last(ManufactureCompleted)
    started, given = facts.last(ManufactureStarted), facts.last(DoseAdministered)
    assert collected
    assert made
    assert started
    assert given
    assert started.scanned_unit == collected.unit
    assert given.scanned_unit in made.units
    centre, maker = facts.referral.treating_centre, facts.product.holder
    courier = "Simulated courier"
    assert _custody(database, facts, collected.unit) == [centre, courier, maker]
    assert _custody(database, facts, given.scanned_unit) == [maker, courier, centre]


def test_a_child_gets_a_vector_that_was_ordered_by_weight(database: Database):
    facts = finished(database.app, "zolgensma")
    _never(facts, "collection.completed", "batch.opened", "conditioning.started")
    _in_order(facts, "order.placed", "order.confirmed", "product.accepted", "dose.administered")
    order = facts.last(OrderPlaced)
    assert order is not None
    assert order.quantity == facts.product.dose.low * order.weight_kg


def test_a_stock_batch_is_matched_and_given_in_three_doses(database: Database):
    facts = finished(database.app, "ebvallo")
    _never(facts, "collection.completed", "batch.opened")
    _in_order(facts, "unit.allocated", "allocation.confirmed", "product.accepted")
    allocated, doses = facts.last(UnitAllocated), facts.all(DoseAdministered)
    assert allocated is not None
    assert [dose.scanned_unit for _, dose in doses] == list(allocated.units)
    first = doses[0][1].started_at
    days = [(dose.started_at - first).days for _, dose in doses]
    assert days == sorted(days)
    assert all(done >= plan for done, plan in zip(days, facts.product.dose.days, strict=True))


def test_a_biopsy_becomes_a_graft_that_lives_for_hours(database: Database):
    facts = finished(database.app, "holoclar")
    _never(facts, "conditioning.started", "product.thawed")
    _in_order(facts, "collection.completed", "batch.certified", "dose.prepared")
    made, given = facts.last(ManufactureCompleted), facts.last(DoseAdministered)
    assert made
    assert given
    assert given.ended_at < made.expires_at
    assert len(facts.all(CourierBooked)) == 2


def test_follow_up_goes_on_to_the_last_visit_of_the_plan(database: Database):
    facts = finished(database.app, "hemgenix")
    plan, visits = facts.last(FollowUpPlanned), facts.all(FollowUpRecorded)
    assert plan is not None
    assert [event.day for _, event in visits] == [visit.day for visit in plan.visits]
    assert facts.ended == "completed"
    open_visits = "SELECT 1 FROM follow_up_visit WHERE journey_id = %s AND recorded_at IS NULL"
    assert select(database.app, open_visits, facts.journey) == []
