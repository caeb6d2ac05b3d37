"""Every unit of a journey: collected, made, ordered or allocated, and what became of it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from atmpflow.events.administration import DoseAdministered
from atmpflow.events.admission import OrderConfirmed, UnitAllocated
from atmpflow.events.collection import CollectionCompleted
from atmpflow.events.consent import LeftOver
from atmpflow.events.damage import ProductDamaged
from atmpflow.events.manufacture import BatchOpened, ManufactureCompleted, ManufactureStarted
from atmpflow.events.recovery import WrittenOff
from atmpflow.events.remaking import RemakeOrdered
from atmpflow.fhir.telling import Telling
from atmpflow.journey import Recorded
from atmpflow.message import Event


@dataclass(frozen=True, slots=True)
class Unit:
    """A bag, vial or kit. `gone` is the event after which nobody can have it any more."""

    number: str
    origin: Recorded
    expires_at: datetime
    batch: str | None = None
    parent: str | None = None
    started: Recorded | None = None
    gone: Recorded | None = None

    @property
    def material(self) -> bool:
        """Whether it is what was taken from the patient, and not what can be given."""
        return isinstance(self.origin.event, CollectionCompleted)


def units(telling: Telling) -> dict[str, Unit]:
    """Every unit by its number; one that came to the journey twice as it came last."""
    found: dict[str, Unit] = {}
    started: tuple[Recorded, ManufactureStarted] | None = None
    batch: str | None = None
    for row in telling.facts.history:
        event = row.event
        if isinstance(event, BatchOpened):
            batch = event.batch
        if isinstance(event, ManufactureStarted):
            started = (row, event)
        found.update((one.number, one) for one in _origins(row, batch, started))
        found.update((one, replace(found[one], gone=row)) for one in _gone(event) if one in found)
    return found


def _origins(
    row: Recorded, batch: str | None, started: tuple[Recorded, ManufactureStarted] | None
) -> Iterator[Unit]:
    event = row.event
    if isinstance(event, CollectionCompleted):
        yield Unit(event.unit, row, event.expires_at)
    if isinstance(event, OrderConfirmed | UnitAllocated):
        for number in event.units:
            yield Unit(number, row, event.expires_at, event.batch)
    if isinstance(event, ManufactureCompleted):
        first, parent = (started[0], started[1].scanned_unit) if started else (None, None)
        for number in event.units:
            yield Unit(number, row, event.expires_at, batch, parent, first)


def _gone(event: Event) -> tuple[str, ...]:
    """The units that an event uses up or takes away."""
    if isinstance(event, DoseAdministered | ProductDamaged | ManufactureStarted):
        return (event.scanned_unit,)
    if isinstance(event, WrittenOff | LeftOver | RemakeOrdered):
        return event.units
    return ()


def collected(telling: Telling) -> list[Unit]:
    """What was taken from the patient."""
    return [one for one in units(telling).values() if one.material]


def finished(telling: Telling) -> list[Unit]:
    """What can be, or was, given."""
    return [one for one in units(telling).values() if not one.material]
