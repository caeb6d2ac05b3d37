"""Duties that a supply gone wrong makes people owe."""

from atmpflow.events.after import MaterialExpired, ProductExpired
from atmpflow.events.recovery import (
    BandExitPredicted,
    CollectionFailed,
    CourierChanged,
    HoldTimeNear,
    RecollectionOrdered,
    ReplacementOrdered,
    SlotsMoved,
    SupplyGivenUp,
)
from atmpflow.events.shipment import DeviationRejected, ShipmentQuarantined
from atmpflow.message import Event
from atmpflow.owed import DAY, HOUR, Owed, inform
from atmpflow.people import Role

GDP = "GDP 2013/C 343/01, 9.2: excursions are reported to sender and recipient, and investigated"

AGAIN = (inform(Role.PHYSICIAN), inform(Role.MANUFACTURER), inform(Role.NURSE))

SUPPLY: dict[type[Event], tuple[Owed, ...]] = {
    CollectionFailed: (inform(Role.PHYSICIAN, 4 * HOUR), inform(Role.MANUFACTURER)),
    MaterialExpired: (inform(Role.PHYSICIAN, 4 * HOUR), inform(Role.COORDINATOR, 4 * HOUR)),
    ProductExpired: (inform(Role.PHYSICIAN, 4 * HOUR), inform(Role.COORDINATOR, 4 * HOUR)),
    HoldTimeNear: (
        Owed("locate-shipment", "Find the shipment; say when it arrives", Role.COURIER, HOUR),
        inform(Role.COORDINATOR, HOUR),
    ),
    BandExitPredicted: (
        Owed("save-shipment", "Find it; refill or change the shipper", Role.COURIER, HOUR),
        inform(Role.COORDINATOR, HOUR),
    ),
    ShipmentQuarantined: (
        inform(Role.PHYSICIAN, source=GDP),
        Owed(
            "investigate-excursion", "Investigate the leg; name the report", Role.COURIER,
            7 * DAY, GDP,
        ),
    ),
    DeviationRejected: (inform(Role.PHYSICIAN, 4 * HOUR), inform(Role.MANUFACTURER)),
    CourierChanged: (inform(Role.COORDINATOR, 4 * HOUR),),
    RecollectionOrdered: AGAIN,
    ReplacementOrdered: (inform(Role.PHYSICIAN), inform(Role.MANUFACTURER)),
    SlotsMoved: (inform(Role.PHYSICIAN), inform(Role.NURSE), inform(Role.MANUFACTURER)),
    SupplyGivenUp: (
        inform(Role.MANUFACTURER),
        inform(Role.COORDINATOR),
        Owed("tell-patient", "Tell the patient, and offer what else there is", Role.PHYSICIAN, DAY),
    ),
}  # fmt: skip
"""What each event of a failed supply makes people owe."""
