"""What a partner's event means to a journey: a milestone of a courier, temperatures, or nothing.

Only what is certain is taken. A milestone needs a shipper's SSCC or a chain-of-identity id, and a
business step that can mean one thing only when a courier says it; anything else is kept and listed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from atmpflow.epcis.document import Reported
from atmpflow.epcis.events import Acting
from atmpflow.epcis.identifiers import value_of
from atmpflow.epcis.naming import EXTENSION, SEAL, coi_of
from atmpflow.epcis.parts import SensorElement, SensorReport
from atmpflow.epcis.units import celsius
from atmpflow.epcis.values import moment
from atmpflow.epcis.vocabulary import PREFIXES

Milestone = Literal["collected", "delivered"]

STEPS: Mapping[str, Milestone] = {
    "shipping": "collected",
    "loading": "collected",
    "departing": "collected",
    "arriving": "delivered",
    "unloading": "delivered",
}
"""What a courier's business step says of a shipper. Receiving is the receiver's to say, who reads
seal and labels; accepting may be either's."""


@dataclass(frozen=True, slots=True)
class Temperature:
    """One reading: when, in degrees Celsius, by which device where it is named."""

    at: datetime
    celsius: float
    device: str | None


@dataclass(frozen=True, slots=True)
class Meaning:
    """What an event says of a shipment."""

    milestone: Milestone | None
    happened_at: datetime
    sscc: tuple[str, ...]
    coi: tuple[str, ...]
    seal: str | None
    temperatures: tuple[Temperature, ...]
    withdrawn: bool
    """Whether it declares an event to be wrong."""

    @property
    def concerns(self) -> bool:
        """Whether it is of any use to a journey, if its shipment is found."""
        return self.milestone is not None or bool(self.temperatures)


def meaning(reported: Reported) -> Meaning:
    """What an event means, whoever's shipment it is about."""
    event = reported.event
    observed = isinstance(event, Acting) and event.action == "OBSERVE"
    papers = (paper.paper for paper in event.papers or ())
    things = event.things()
    return Meaning(
        milestone=STEPS.get(event.step) if observed else None,
        happened_at=moment(event.time),
        sscc=tuple(dict.fromkeys(one for uri in things if (one := value_of(uri, "00")))),
        coi=tuple(dict.fromkeys(one for uri in papers if (one := coi_of(uri)))),
        seal=_seal(reported),
        temperatures=tuple(_temperatures(event.sensors or (), moment(event.time))),
        withdrawn=event.error is not None,
    )


def _seal(reported: Reported) -> str | None:
    prefix, _, name = SEAL.partition(":")
    wanted = EXTENSION[prefix] + name
    for field, value in reported.raw.items():
        if _expanded(field, reported.prefixes) == wanted and isinstance(value, str):
            return value
    return None


def _expanded(name: str, prefixes: Mapping[str, Any]) -> str:
    prefix, colon, rest = name.partition(":")
    stem: Any = {**PREFIXES, **prefixes}.get(prefix)
    return f"{stem}{rest}" if colon and isinstance(stem, str) else name


def _temperatures(
    elements: tuple[SensorElement, ...] | list[SensorElement], otherwise: datetime
) -> Iterator[Temperature]:
    """Single readings; least, greatest and mean values of a span are no readings."""
    for element in elements:
        for report in element.reports:
            if report.is_temperature and report.value is not None and report.uom is not None:
                at = _when(element, report) or otherwise
                device = report.device or (element.metadata.device if element.metadata else None)
                yield Temperature(at, round(celsius(report.value, report.uom), 4), device)


def _when(element: SensorElement, report: SensorReport) -> datetime | None:
    told = report.time or (element.metadata.time if element.metadata else None)
    return None if told is None else moment(told)
