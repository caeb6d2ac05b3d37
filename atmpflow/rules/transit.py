"""The shipment under way: who carries it, and when must somebody be told that time runs out?"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from atmpflow.events.recovery import CourierChanged
from atmpflow.events.shipment import CourierBooked, ShipmentPacked, ShipmentReceived
from atmpflow.journey import Facts

WARN_SHARE = 0.25
"""Operational default: told when a quarter of the hold time is left, or a day if that is less."""

WARN_AT_MOST = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class HoldTime:
    """Until when the shipper holds its temperature, and when to tell people before."""

    warns_at: datetime
    ends_at: datetime


def courier(facts: Facts) -> str:
    """Who carries the present leg: the courier booked last, or the one sent instead."""
    booked = facts.recorded(CourierBooked)
    changed = facts.recorded(CourierChanged)
    if changed and (booked is None or changed[0].seq > booked[0].seq):
        return changed[1].courier
    return booked[1].courier if booked else ""


def under_way(facts: Facts) -> ShipmentPacked | None:
    """The packing of the shipment that is packed and not received yet."""
    packed = facts.recorded(ShipmentPacked)
    received = facts.recorded(ShipmentReceived)
    if packed is None or (received is not None and received[0].seq > packed[0].seq):
        return None
    return packed[1]


def hold_time(facts: Facts) -> HoldTime | None:
    """The clock of the shipper under way (validated hold time since it was charged)."""
    packed = under_way(facts)
    if packed is None:
        return None
    holds = timedelta(hours=packed.hold_time_h)
    ends = packed.charged_at + holds
    return HoldTime(ends - min(holds * WARN_SHARE, WARN_AT_MOST), ends)
