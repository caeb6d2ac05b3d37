"""The simulated logger: a CSV export that covers a leg, within the band or with an excursion."""

from datetime import datetime, timedelta
from math import sin

from atmpflow.events.shipment import ShipmentPacked, ShipmentReceived
from atmpflow.journey import Facts
from atmpflow.products.spec import Band
from atmpflow.rules.leg import band_of_leg
from tasks.logger import LoggerExport

INTERVAL = timedelta(minutes=5)


def _middle(band: Band) -> float:
    if band.low_c is None:
        return band.high_c - 25
    return (band.low_c + band.high_c) / 2


def _readings(facts: Facts, since: datetime, until: datetime) -> list[str]:
    band = band_of_leg(facts)
    middle = _middle(band)
    swing = min(8.0, (band.high_c - middle) * 0.6)
    count = int((until - since) / INTERVAL) + 2
    return [
        f"{since + index * INTERVAL:%Y-%m-%d %H:%M:%S},{middle + swing * sin(index / 9):.1f}"
        for index in range(count)
    ]


def export(facts: Facts) -> LoggerExport:
    """The export of the leg that was received last."""
    packed, received = facts.last(ShipmentPacked), facts.when(ShipmentReceived)
    since = facts.when(ShipmentPacked)
    assert packed is not None and received is not None and since is not None  # noqa: S101, PT018
    lines = ["timestamp,temp_c", *_readings(facts, since, received)]
    return LoggerExport(
        content="\n".join(lines).encode(),
        filename=f"simulated-{packed.logger}.csv",
        logger=packed.logger,
    )
