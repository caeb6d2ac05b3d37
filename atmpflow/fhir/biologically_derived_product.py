"""BiologicallyDerivedProduct: the starting material, and each finished bag, vial or kit."""

from collections.abc import Iterator

from atmpflow.events.collection import CollectionCompleted
from atmpflow.events.manufacture import ManufactureCompleted, ManufactureStarted
from atmpflow.fhir import systems
from atmpflow.fhir.elements import (
    Element,
    account,
    concept,
    extension,
    identifier,
    moment,
    period,
    present,
)
from atmpflow.fhir.telling import Telling, Told
from atmpflow.fhir.units import Unit, units
from atmpflow.products.spec import Band

KIND = "BiologicallyDerivedProduct"
CATEGORIES = {
    "autologous": "cells",
    "allogeneic": "cells",
    "tissue-engineered": "tissue",
    "in-vivo": "biologicalAgent",
}
"""What a product is, by its pathway."""


def tell(telling: Telling) -> Iterator[Told]:
    """Every unit of the journey; what was made of another names it as its parent."""
    every = units(telling)
    for unit in every.values():
        yield _one(telling, unit, parent=unit.parent if unit.parent in every else None)


def _one(telling: Telling, unit: Unit, *, parent: str | None) -> Told:
    product, event = telling.facts.product, unit.origin.event
    material = isinstance(event, CollectionCompleted)
    elements = {
        "extension": [extension("expires-at", valueDateTime=moment(unit.expires_at))],
        "identifier": _numbers(unit),
        "productCategory": CATEGORIES[product.pathway],
        "productCode": concept(_called(telling, material=material)),
        "status": "unavailable" if unit.gone else "available",
        "request": [telling.request],
        "quantity": 1,
        "parent": [telling.to(KIND, parent)] if parent else None,
        "collection": _collection(telling, unit) if material else None,
        "processing": _lots(unit),
        "manipulation": _made(telling, unit),
        "storage": [_storage(_band(telling, material=material))],
    }
    rows = [one for one in (unit.origin, unit.gone) if one]
    return telling.made(KIND, (unit.number,), elements, *rows)


def _numbers(unit: Unit) -> list[Element]:
    batch = [identifier(f"{systems.ATMPFLOW}batch", unit.batch)] if unit.batch else []
    return [identifier(systems.UNIT, unit.number), *batch]


def _called(telling: Telling, *, material: bool) -> str:
    product = telling.facts.product
    need = product.starting_material
    return need.kind if material and need else f"{product.name} ({product.inn})"


def _collection(telling: Telling, unit: Unit) -> Element:
    event = unit.origin.event
    assert isinstance(event, CollectionCompleted)  # noqa: S101 - asked for material only
    return {
        "collector": account(unit.origin.actor),
        "source": telling.patient,
        "collectedPeriod": period(event.started_at, event.ended_at),
    }


def _lots(unit: Unit) -> list[Element]:
    """The lots that went in, told apart by what they are."""
    events = (unit.started.event if unit.started else None, unit.origin.event)
    makings = [one for one in events if isinstance(one, ManufactureStarted | ManufactureCompleted)]
    lots = dict.fromkeys((lot.kind, lot.lot) for one in makings for lot in one.lots)
    return [{"description": f"{kind} lot {lot}"} for kind, lot in lots]


def _made(telling: Telling, unit: Unit) -> Element | None:
    if not isinstance(unit.origin.event, ManufactureCompleted):
        return None
    start = unit.started.occurred_at if unit.started else None
    return {
        "description": f"manufacture by {telling.facts.product.holder}",
        "timePeriod": period(start, unit.origin.occurred_at),
    }


def _band(telling: Telling, *, material: bool) -> Band:
    product = telling.facts.product
    need = product.starting_material
    return need.transport if material and need else product.storage


def _storage(band: Band) -> Element:
    """The band in words; the one number that R4 has room for is its upper end."""
    low = "" if band.low_c is None else f"from {band.low_c:g} "
    words = f"{low}up to {band.high_c:g} degrees Celsius"
    return present({"description": words, "temperature": band.high_c, "scale": "celsius"})
