"""What the logger of a leg measured, in the words of EPCIS: the whole leg and what was wrong in it.

Not every reading: least, greatest and mean temperature, each stretch outside the band, and how long
that was in all. The file itself is named by its hash.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from atmpflow.epcis import naming
from atmpflow.epcis.event_hash import millisecond
from atmpflow.events import shipment
from atmpflow.journey import Facts

Raw = dict[str, Any]


def sensors(
    then: Facts, found: shipment.ColdChainFindings, means_c: Mapping[str, float]
) -> Iterator[Raw]:
    """One element for the whole leg, and one for each stretch outside the band."""
    logged = then.last(shipment.TemperatureLogged)
    since, until = then.when(shipment.ShipmentPacked), then.when(shipment.ShipmentReceived)
    device = {} if logged is None else _device(logged)
    whole = _summary(found, means_c.get(logged.file_sha256) if logged else None)
    if whole:
        yield {"sensorMetadata": {**_span(since, until), **device}, "sensorReport": whole}
    for one in found.cites:
        if one.kind == "excursion" and one.worst_c is not None:
            report = _temperature(value=one.worst_c, exception="ALARM_CONDITION")
            span = {**_span(one.since, one.until), **device}
            yield {"sensorMetadata": span, "sensorReport": [report]}
    minutes = _time(found.minutes_outside, "outside-band")
    yield {"sensorMetadata": {**_span(since, until), **device}, "sensorReport": [minutes]}


def _summary(found: shipment.ColdChainFindings, mean_c: float | None) -> list[Raw]:
    if found.lowest_c is None or found.highest_c is None:
        return []
    more = {} if mean_c is None else {"meanValue": round(mean_c, 3)}
    return [_temperature(minValue=found.lowest_c, maxValue=found.highest_c, **more)]


def _temperature(**values: Any) -> Raw:
    return {"type": "Temperature", **values, "uom": "CEL"}


def _time(minutes: float, what: str) -> Raw:
    method = f"urn:atmpflow:epcis:{what}"
    return {"type": "Time", "value": minutes, "uom": "MIN", "dataProcessingMethod": method}


def _device(logged: shipment.TemperatureLogged) -> Raw:
    return {
        "deviceID": naming.device(logged.logger),
        "rawData": f"ni:///sha-256;{logged.file_sha256}",
    }


def _span(since: datetime | None, until: datetime | None) -> Raw:
    if since is None or until is None:
        return {}
    return {"startTime": millisecond(since), "endTime": millisecond(until)}
