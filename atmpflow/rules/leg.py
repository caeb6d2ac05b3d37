"""Which band must the present shipment leg keep, and how much of its budget is used up?"""

from atmpflow.events.shipment import DeviationAccepted, ShipmentAccepted, ShipmentPacked
from atmpflow.journey import Facts
from atmpflow.products.spec import Band


def band_of_leg(facts: Facts) -> Band:
    """The material's band on the way out, else the product's shipping or storage band."""
    material = facts.product.starting_material
    if facts.stage == "dispatch" and material is not None:
        return material.transport
    return facts.product.shipper or facts.product.storage


def spent_min(facts: Facts) -> float:
    """Minutes outside the band on accepted earlier legs of the same unit.

    Legs that were decided on as deviations are judged by that decision and do not count again.
    """
    packings = facts.all(ShipmentPacked)
    if not packings:
        return 0.0
    unit, starts = packings[-1][1].scanned_unit, [row.seq for row, _ in packings]
    decided = {row.seq for row, _ in facts.all(DeviationAccepted)}
    spent = 0.0
    for row, accepted in facts.all(ShipmentAccepted):
        packed = max((seq for seq in starts if seq < row.seq), default=0)
        carried = {event.scanned_unit for one, event in packings if one.seq == packed}
        if unit in carried and not any(packed < seq < row.seq for seq in decided):
            spent += accepted.minutes_outside
    return spent
