"""Each leg is held against the band of what it carries."""

import pytest

from atmpflow.events.shipment import DeviationAccepted, ShipmentAccepted, ShipmentPacked
from atmpflow.journey import Facts
from atmpflow.message import event_of
from atmpflow.products.catalogue import catalogue
from atmpflow.rules.leg import band_of_leg, spent_min
from tests.memory import LATE, good_leg, waiting_for, whole, with_event

MADE = sorted(code for code, spec in catalogue().items() if spec.starting_material)


@pytest.mark.parametrize("product", MADE)
def test_material_goes_out_in_the_band_of_the_material(product: str):
    spec = catalogue()[product]
    assert spec.starting_material is not None
    bands = {band_of_leg(facts) for facts in whole(product) if facts.stage == "dispatch"}
    assert bands == {spec.starting_material.transport}


@pytest.mark.parametrize("product", sorted(catalogue()))
def test_the_product_comes_in_the_band_of_shipping_or_else_of_storage(product: str):
    spec = catalogue()[product]
    bands = {band_of_leg(facts) for facts in whole(product) if facts.stage == "delivery"}
    assert bands == {spec.shipper or spec.storage}


def _packed(facts: Facts, unit: str) -> Facts:
    packed = facts.last(ShipmentPacked)
    assert packed is not None
    return with_event(facts, packed.model_copy(update={"scanned_unit": unit}), LATE)


def _accepted(facts: Facts, minutes: float) -> Facts:
    judged = event_of(ShipmentAccepted, good_leg(facts, LATE))
    return with_event(facts, judged.model_copy(update={"minutes_outside": minutes}), LATE)


def test_minutes_outside_add_up_over_all_legs_of_one_unit_and_of_no_other():
    facts = waiting_for("deliver-shipment")
    for unit, minutes in (("A", 5.0), ("B", 100.0), ("A", 7.5)):
        facts = _accepted(_packed(facts, unit), minutes)
    assert spent_min(_packed(facts, "A")) == 12.5
    assert spent_min(_packed(facts, "B")) == 100
    assert spent_min(_packed(facts, "C")) == 0


def test_nothing_is_used_up_before_anything_was_packed():
    assert spent_min(waiting_for("record-screening")) == 0


def test_minutes_that_were_decided_on_as_a_deviation_do_not_count_again():
    facts = _packed(waiting_for("deliver-shipment"), "A")
    facts = with_event(facts, DeviationAccepted(justification="D-1"), LATE)
    facts = _packed(_accepted(facts, 30), "A")
    assert spent_min(facts) == 0
