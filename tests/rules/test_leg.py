"""Each leg is held against the band of what it carries."""

import pytest

from atmpflow.products.catalogue import catalogue
from atmpflow.rules.leg import band_of_leg
from tests.memory import whole

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
