"""Did a shipment arrive sealed, within its shipper's hold time, and before its contents expired?"""

from atmpflow.events.collection import CollectionCompleted
from atmpflow.events.shipment import ShipmentPacked, ShipmentReceived
from atmpflow.journey import Facts
from atmpflow.message import hours_between
from atmpflow.rules.supply import supply
from atmpflow.verdict import Reason, Verdict, verdict

SOURCE = "GDP 2013/C 343/01, 9.2; ISO 21973:2020 (records per consignment)"


def judge_arrival(facts: Facts) -> Verdict:
    """Seal, hold time and expiry of the leg that was received last."""
    packed, received = facts.last(ShipmentPacked), facts.recorded(ShipmentReceived)
    if packed is None or received is None:
        return verdict((Reason("not-received", "no receipt", SOURCE),))
    row, arrival = received
    collected, stock = facts.last(CollectionCompleted), supply(facts)
    expires = stock.expires_at if stock else collected.expires_at if collected else None
    held = hours_between(packed.charged_at, row.occurred_at)
    sealed = arrival.seal_intact and arrival.seal == packed.seal
    return verdict(
        (
            None if sealed else Reason("seal-broken", "seal not as packed", SOURCE),
            Reason("hold-time-passed", f"{held:.1f} of {packed.hold_time_h:g} h", SOURCE)
            if held > packed.hold_time_h
            else None,
            Reason("expired", "arrived past its expiry", SOURCE)
            if expires is not None and row.occurred_at >= expires
            else None,
        )
    )
