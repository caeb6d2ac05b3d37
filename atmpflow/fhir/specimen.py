"""Specimen: the starting material, with how much it is and what was counted in it."""

from collections.abc import Iterator

from atmpflow.events.collection import CollectionCompleted, MaterialTested
from atmpflow.fhir import systems
from atmpflow.fhir.elements import (
    account,
    concept,
    extension,
    identifier,
    millilitres,
    moment,
    period,
)
from atmpflow.fhir.telling import Telling, Told
from atmpflow.fhir.units import Unit, collected


def tell(telling: Telling) -> Iterator[Told]:
    """Everything that was collected from the patient."""
    for unit in collected(telling):
        event = unit.origin.event
        assert isinstance(event, CollectionCompleted)  # noqa: S101 - collected() gives no other
        yield _one(telling, unit, event)


def _one(telling: Telling, unit: Unit, event: CollectionCompleted) -> Told:
    need, row = telling.facts.product.starting_material, unit.origin
    tested = telling.follows(row, MaterialTested)
    elements = {
        "extension": [extension("expires-at", valueDateTime=moment(event.expires_at))],
        "identifier": [identifier(systems.UNIT, unit.number)],
        "status": "unavailable" if unit.gone else "available",
        "type": concept(need.kind if need else "starting material"),
        "subject": telling.patient,
        "request": [telling.request],
        "collection": {
            "collector": account(row.actor),
            "collectedPeriod": period(event.started_at, event.ended_at),
            "quantity": millilitres(event.volume_ml),
        },
        "condition": _counted(tested.event, need.measure if need else "")
        if tested and isinstance(tested.event, MaterialTested)
        else None,
    }
    rows = [one for one in (row, tested, unit.gone) if one]
    return telling.made("Specimen", (unit.number,), elements, *rows)


def _counted(event: MaterialTested, measure: str) -> list[dict[str, object]]:
    return [
        concept(f"count {event.count:g}, {measure}"),
        concept(f"viability {event.viability_pct:g} %"),
    ]
