"""The leg under way: who carries it, how long its shipper holds, what its label is scanned for."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from atmpflow.events.recovery import BandExitPredicted, CourierChanged
from atmpflow.events.shipment import (
    CourierBooked,
    ShipmentCollected,
    ShipmentDelivered,
    ShipmentPacked,
    ShipmentReceived,
)
from atmpflow.journey import Facts
from atmpflow.message import Event
from atmpflow.rules.transit import (
    HoldTime,
    band_exit_told,
    courier,
    couriers,
    hold_time,
    on_the_road,
    shipper_label,
    under_way,
)
from tests.memory import LATE, opened, waiting_for, whole, with_event

CHARGED = datetime(2026, 3, 1, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
TWO_LEGS = whole("kymriah")
"""Every state of a journey with one leg out and one back."""


def _while(begins: type[Event], ends: type[Event]) -> list[bool]:
    """For each state of the journey whether one event has come and the other not since."""
    found: list[bool] = []
    for facts in TWO_LEGS:
        seen = [row.event for row in facts.history if isinstance(row.event, (begins, ends))]
        found.append(bool(seen) and isinstance(seen[-1], begins))
    return found


def _changed(facts: Facts, name: str) -> Facts:
    return with_event(facts, CourierChanged(courier=name, reference="C-9", reason="late"), LATE)


def _booked_again(facts: Facts, **otherwise: str | None) -> Facts:
    booked = facts.last(CourierBooked)
    assert booked is not None
    return with_event(facts, booked.model_copy(update=otherwise), LATE)


def _packed_again(facts: Facts, **otherwise: object) -> Facts:
    packed = facts.last(ShipmentPacked)
    assert packed is not None
    return with_event(facts, packed.model_copy(update=otherwise), LATE)


def test_a_courier_holds_the_leg_from_its_collection_to_its_delivery_on_both_legs():
    held = [on_the_road(facts) for facts in TWO_LEGS]
    assert held == _while(ShipmentCollected, ShipmentDelivered)
    assert sum(now and not before for before, now in pairwise(held)) == 2


def test_a_shipment_is_under_way_from_its_packing_to_its_receipt_on_both_legs():
    packed = [under_way(facts) for facts in TWO_LEGS]
    assert [one is not None for one in packed] == _while(ShipmentPacked, ShipmentReceived)
    assert all(
        one == facts.last(ShipmentPacked)
        for one, facts in zip(packed, TWO_LEGS, strict=True)
        if one is not None
    )


def test_who_carries_the_leg_is_who_was_booked_and_then_who_was_sent_instead():
    facts = waiting_for("deliver-shipment")
    assert couriers(facts) == ("courier",)
    twice = _changed(_changed(facts, "second"), "third")
    assert couriers(twice) == ("courier", "second", "third")
    assert courier(facts) == "courier"
    assert courier(twice) == "third"


def test_another_leg_begins_with_the_courier_booked_for_it():
    facts = _booked_again(_changed(waiting_for("deliver-shipment"), "second"), courier="next")
    assert couriers(facts) == ("next",)
    assert courier(facts) == "next"


def test_before_a_courier_is_booked_nobody_carries_anything():
    assert couriers(opened()) == ("",)
    assert courier(opened()) == ""


def test_the_label_is_scanned_for_the_sscc_of_the_leg_or_else_the_shippers_own_number():
    facts = waiting_for("collect-shipment")
    packed = facts.last(ShipmentPacked)
    assert packed is not None
    assert shipper_label(facts) == packed.shipper
    assert shipper_label(_booked_again(facts, sscc="350123450000000011")) == "350123450000000011"


def test_a_label_has_no_number_before_the_shipper_has_one():
    assert shipper_label(opened()) is None
    assert shipper_label(waiting_for("pack-shipment")) is None


@pytest.mark.parametrize(
    ("hours", "warned_before"),
    [
        (1.0, 0.25 * HOUR),
        (40.0, 10 * HOUR),
        (96.0, 24 * HOUR),
        (100.0, 24 * HOUR),
        (240.0, 24 * HOUR),
    ],
)
def test_people_are_told_when_a_quarter_of_the_hold_time_or_a_day_is_left(
    hours: float, warned_before: timedelta
):
    facts = waiting_for("deliver-shipment")
    packed = _packed_again(facts, charged_at=CHARGED, hold_time_h=hours)
    ends = CHARGED + hours * HOUR
    assert hold_time(packed) == HoldTime(warns_at=ends - warned_before, ends_at=ends)


def test_no_clock_runs_where_nothing_is_under_way():
    assert hold_time(opened()) is None
    assert hold_time(waiting_for("record-temperature-log")) is None


def _told(facts: Facts, leaves_at: datetime) -> Facts:
    event = BandExitPredicted(leaves_at=leaves_at, latest_at=LATE, latest_c=-151, celsius_per_h=1)
    return with_event(facts, event, LATE)


def test_people_were_told_the_newest_moment_and_only_of_the_present_shipper():
    facts = waiting_for("deliver-shipment")
    assert band_exit_told(facts) is None
    told = _told(_told(facts, LATE + 9 * HOUR), LATE + 6 * HOUR)
    assert band_exit_told(told) == LATE + 6 * HOUR
    assert band_exit_told(_packed_again(told)) is None
    assert band_exit_told(_told(_packed_again(told), LATE + HOUR)) == LATE + HOUR


def test_what_an_earlier_attempt_had_on_the_road_is_not_on_it_any_more():
    facts = waiting_for("deliver-shipment")
    assert on_the_road(facts)
    gone = replace(facts, superseded=frozenset(row.seq for row in facts.history))
    assert not on_the_road(gone)
    assert under_way(gone) is None
