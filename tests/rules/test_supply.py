"""Which units a patient has, certified by whom: never somebody else's, never none too many."""

import pytest

from atmpflow.events.collection import CollectionCompleted
from atmpflow.events.manufacture import ManufactureCompleted
from atmpflow.products.catalogue import catalogue
from atmpflow.rules.supply import supply, units_in_transit
from tests.memory import opened, waiting_for, whole


@pytest.mark.parametrize("product", sorted(catalogue()))
def test_nothing_is_supplied_before_it_is_made_ordered_or_allocated(product: str):
    assert supply(opened(product)) is None
    assert units_in_transit(opened(product)) == ()
    last = supply(whole(product)[-1])
    assert last is not None
    assert len(last.units) == len(catalogue()[product].dose.days)
    assert last.certified_by


def test_a_made_batch_has_no_certificate_until_its_qp_signs():
    before, after = waiting_for("certify-batch"), waiting_for("book-courier", "hemgenix")
    stock = supply(before)
    assert stock is not None
    assert stock.certified_by is None
    ordered = supply(after)
    assert ordered is not None
    assert ordered.certified_by


def test_the_leg_out_carries_the_material_and_the_leg_in_the_product():
    out = next(facts for facts in whole("aucatzyl") if facts.stage == "dispatch")
    home = next(facts for facts in whole("aucatzyl") if facts.stage == "delivery")
    collected, made = home.last(CollectionCompleted), home.last(ManufactureCompleted)
    assert collected is not None
    assert made is not None
    assert units_in_transit(out) == (collected.unit,)
    assert units_in_transit(home) == made.units
    assert set(units_in_transit(out)).isdisjoint(units_in_transit(home))
