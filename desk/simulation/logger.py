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


def _measured(band: Band, count: int, above: float | None) -> list[float]:
    """Degrees within the band; where asked for, three in the middle so far above its limit."""
    middle = _middle(band)
    swing = min(8.0, (band.high_c - middle) * 0.6)
    warm = range(count // 2, count // 2 + 3) if above is not None else ()
    return [
        band.high_c + (above or 0) if index in warm else middle + swing * sin(index / 9)
        for index in range(count)
    ]


def _readings(
    facts: Facts, since: datetime, until: datetime, *, above: float | None = None
) -> list[str]:
    count = int((until - since) / INTERVAL) + 2
    degrees = _measured(band_of_leg(facts), count, above)
    return [
        f"{since + index * INTERVAL:%Y-%m-%d %H:%M:%S},{one:.1f}"
        for index, one in enumerate(degrees)
    ]


def export(facts: Facts, *, above: float | None = None) -> LoggerExport:
    """The export of the leg that was received last, with 15 minutes above the band if asked."""
    packed, received = facts.last(ShipmentPacked), facts.when(ShipmentReceived)
    since = facts.when(ShipmentPacked)
    assert packed is not None and received is not None and since is not None  # noqa: S101, PT018
    lines = ["timestamp,temp_c", *_readings(facts, since, received, above=above)]
    return LoggerExport(
        content="\n".join(lines).encode(),
        filename=f"simulated-{packed.logger}.csv",
        logger=packed.logger,
    )
