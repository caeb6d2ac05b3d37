"""Every product's whole journey as EPCIS: valid, complete, and silent on who the patient is."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from atmpflow.epcis.document import read
from atmpflow.epcis.event_hash import event_hash
from atmpflow.epcis.journey import Known, document, journey_events
from atmpflow.epcis.naming import EXTENSION, SUPERSEDED, Naming
from atmpflow.events.collection import CollectionCompleted
from atmpflow.events.identity import UnitRelabelled
from atmpflow.events.manufacture import ManufactureCompleted
from atmpflow.events.recovery import RecollectionOrdered
from atmpflow.events.shipment import (
    Cited,
    CourierBooked,
    ShipmentAccepted,
    ShipmentPacked,
    TemperatureLogged,
)
from atmpflow.journey import Facts
from atmpflow.products.catalogue import catalogue
from tests import memory
from tests.epcis.samples import EXAMPLES, in_schema

NOW = datetime(2026, 3, 1, tzinfo=UTC)
PRODUCTS = sorted(catalogue())


def told(
    facts: Facts, prefix: str | None = "9520123", means: dict[str, float] | None = None
) -> list[dict[str, Any]]:
    """A journey's events, below a company prefix."""
    return journey_events(facts, Known(Naming(facts.journey, prefix), means or {}))


def steps(events: list[dict[str, Any]]) -> list[str]:
    return [event["bizStep"] for event in events]


@pytest.mark.skipif(not EXAMPLES, reason="the standard's schema is not beside the project")
@pytest.mark.parametrize("prefix", ["9520123", None], ids=["GS1 keys", "without a prefix"])
@pytest.mark.parametrize("product", PRODUCTS)
def test_every_products_journey_is_valid_in_the_official_schema(
    product: str, prefix: str | None
) -> None:
    events = told(memory.whole(product)[-1], prefix)

    assert events
    assert in_schema(document(events, created=NOW)) == []


@pytest.mark.parametrize("product", PRODUCTS)
def test_every_products_journey_is_right_in_the_vocabulary(product: str) -> None:
    events = told(memory.whole(product)[-1])
    found = read(document(events, created=NOW))

    assert found.problems == ()
    assert [one.raw for one in found.events] == events
    assert [one.hash for one in found.events] == [event["eventID"] for event in events]


@pytest.mark.parametrize("product", PRODUCTS)
def test_a_dose_is_told_from_its_shipper_to_the_patient(product: str) -> None:
    told_steps = steps(told(memory.whole(product)[-1]))

    in_order = ["packing", "shipping", "arriving", "receiving", "accepting", "dispensing"]
    last = [len(told_steps) - 1 - told_steps[::-1].index(step) for step in in_order]
    assert last == sorted(last)


def test_nothing_says_who_the_patient_is() -> None:
    facts = memory.whole("kymriah")[-1]
    text = json.dumps(told(facts))

    assert str(facts.referral.person) not in text
    assert facts.coi in text
    assert "weight" not in text


def test_the_cells_become_the_product() -> None:
    facts = memory.whole("kymriah")[-1]
    naming = Naming(facts.journey, "9520123")
    made = next(one for one in told(facts) if one["type"] == "TransformationEvent")
    collected, finished = facts.last(CollectionCompleted), facts.last(ManufactureCompleted)
    assert collected is not None
    assert finished is not None

    assert made["inputEPCList"] == [naming.unit(collected.unit)]
    assert made["outputEPCList"] == [naming.unit(one) for one in finished.units]
    assert made["ilmd"]["cbvmda:itemExpirationDate"] == f"{finished.expires_at:%Y-%m-%d}"


def test_the_bag_goes_into_its_shipper_by_sscc_and_comes_out_again() -> None:
    facts = memory.whole("kymriah")[-1]
    booked = facts.ever(CourierBooked)[0][1]
    naming = Naming(facts.journey, "9520123", {booked.shipment: "095201230000000011"})
    events = journey_events(facts, Known(naming))

    shipper = "https://id.gs1.org/00/095201230000000011"
    held = [one for one in events if one.get("parentID") == shipper]
    collected = facts.last(CollectionCompleted)
    assert collected is not None
    assert [one["action"] for one in held] == ["ADD", "DELETE"]
    assert all(one["childEPCs"] == [naming.unit(collected.unit)] for one in held)


def judged(facts: Facts, **findings: Any) -> Facts:
    """The journey with other findings on its first leg."""
    seq = facts.ever(ShipmentAccepted)[0][0].seq
    history = tuple(
        replace(row, event=row.event.model_copy(update=findings)) if row.seq == seq else row
        for row in facts.history
    )
    return replace(facts, history=history)


def test_a_leg_tells_least_greatest_and_mean_and_each_excursion_not_each_reading() -> None:
    facts = memory.whole("kymriah")[-1]
    packed = facts.ever(ShipmentPacked)[0][0].occurred_at
    warm = Cited(
        kind="excursion",
        since=packed + timedelta(minutes=30),
        until=packed + timedelta(minutes=50),
        readings=5,
        worst_c=9.5,
    )
    facts = judged(facts, lowest_c=2.5, highest_c=9.5, minutes_outside=20.0, cites=(warm,))
    log = facts.ever(TemperatureLogged)[0][1].file_sha256
    events = told(facts, means={log: 5.25})
    first = next(one for one in events if one["bizStep"] == "sensor_reporting")

    whole, excursion, outside = first["sensorElementList"]
    assert whole["sensorReport"] == [
        {"type": "Temperature", "minValue": 2.5, "maxValue": 9.5, "meanValue": 5.25, "uom": "CEL"}
    ]
    assert whole["sensorMetadata"]["rawData"] == f"ni:///sha-256;{log}"
    assert excursion["sensorReport"][0]["value"] == 9.5
    assert excursion["sensorReport"][0]["exception"] == "ALARM_CONDITION"
    assert (outside["sensorReport"][0]["value"], outside["sensorReport"][0]["uom"]) == (20.0, "MIN")
    assert in_schema(document(events, created=NOW)) == []


def relabelled(facts: Facts, reason: str) -> Facts:
    collected = facts.last(CollectionCompleted)
    assert collected is not None
    event = UnitRelabelled.model_validate(
        {
            "unit": collected.unit, "scanned_coi": facts.coi, "label": "L-2", "old_label": "L-1",
            "reason": reason, "version": 2, "first": "person-1", "second": "person-2",
        }
    )  # fmt: skip
    at = facts.history[-1].occurred_at + timedelta(minutes=5)
    return memory.with_event(facts, event, at)


def test_a_wrong_label_is_taken_back_and_the_new_one_named() -> None:
    events = told(relabelled(memory.waiting_for("pack-shipment"), "wrong-label"))
    *before, declared = events

    assert declared["errorDeclaration"]["reason"] == "incorrect_data"
    assert declared["bizStep"] == before[-1]["bizStep"] == "encoding"
    assert declared["errorDeclaration"]["correctiveEventIDs"] == [before[-1]["eventID"]]
    assert (
        declared["eventID"]
        == next(one for one in before if one["bizStep"] == "encoding")["eventID"]
    )
    assert event_hash(declared, EXTENSION) == declared["eventID"]
    assert in_schema(document(events, created=NOW)) == []


def test_a_label_that_only_wore_off_had_been_right() -> None:
    events = told(relabelled(memory.waiting_for("pack-shipment"), "unreadable"))

    assert not [one for one in events if "errorDeclaration" in one]
    assert steps(events).count("encoding") == 2


def test_what_was_begun_again_is_declared_and_its_units_end() -> None:
    facts = memory.waiting_for("start-manufacture")
    collected = facts.last(CollectionCompleted)
    assert collected is not None
    ordered = RecollectionOrdered(reason="expired", units=(collected.unit,), attempt=2)
    before = told(facts)
    again = memory.with_event(facts, ordered, facts.history[-1].occurred_at + timedelta(hours=1))
    events = told(again)

    declared = [one for one in events if "errorDeclaration" in one]
    assert {one["eventID"] for one in declared} == {one["eventID"] for one in before}
    assert {one["errorDeclaration"]["reason"] for one in declared} == {SUPERSEDED}
    assert [one["action"] for one in events if one["bizStep"] == "decommissioning"] == ["DELETE"]
    assert in_schema(document(events, created=NOW)) == []
    assert read(document(events, created=NOW)).problems == ()


def test_whoever_asks_twice_gets_the_same_events_and_later_only_more() -> None:
    states = memory.whole("kymriah")
    for earlier, later in pairwise(states):
        known = told(earlier)
        assert told(later)[: len(known)] == known
