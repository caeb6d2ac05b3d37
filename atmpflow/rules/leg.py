"""Which band must the present shipment leg keep?"""

from atmpflow.journey import Facts
from atmpflow.products.spec import Band


def band_of_leg(facts: Facts) -> Band:
    """The material's band on the way out, else the product's shipping or storage band."""
    material = facts.product.starting_material
    if facts.stage == "dispatch" and material is not None:
        return material.transport
    return facts.product.shipper or facts.product.storage
