"""The shipment under way: who carries it, and when must somebody be told that time runs out?"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from atmpflow.events.recovery import BandExitPredicted, CourierChanged
from atmpflow.events.shipment import (
    CourierBooked,
    ShipmentCollected,
    ShipmentDelivered,
    ShipmentPacked,
    ShipmentReceived,
)
from atmpflow.journey import Facts

WARN_SHARE = 0.25
"""Operational default: told when a quarter of the hold time is left, or a day if that is less."""

WARN_AT_MOST = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class HoldTime:
    """Until when the shipper holds its temperature, and when to tell people before."""

    warns_at: datetime
    ends_at: datetime


def couriers(facts: Facts) -> tuple[str, ...]:
    """Who was to carry the present leg, in turn: the courier booked, then those sent instead."""
    booked = facts.last(CourierBooked)
    changed = facts.since_last(CourierChanged, CourierBooked)
    return (booked.courier if booked else "", *(one.courier for _, one in changed))


def courier(facts: Facts) -> str:
    """Who carries the present leg: the courier booked last, or the one sent instead."""
    return couriers(facts)[-1]


def on_the_road(facts: Facts) -> bool:
    """Whether a courier holds the present leg: collected, and not delivered yet."""
    collected, delivered = facts.recorded(ShipmentCollected), facts.recorded(ShipmentDelivered)
    return bool(collected) and (delivered is None or delivered[0].seq < collected[0].seq)


def shipper_label(facts: Facts) -> str | None:
    """The number that the label on the present shipper is scanned for; none before it is packed.

    The SSCC that the leg was booked with; without a GS1 company prefix the shipper's own number.
    """
    booked = facts.last(CourierBooked)
    if booked is not None and booked.sscc is not None:
        return booked.sscc
    packed = under_way(facts)
    return packed.shipper if packed else None


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


def band_exit_told(facts: Facts) -> datetime | None:
    """The moment of leaving its band that people were told of the shipper under way."""
    told = facts.since_last(BandExitPredicted, ShipmentPacked)
    return told[-1][1].leaves_at if told else None
