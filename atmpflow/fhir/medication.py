"""Medication: the product itself, batch by batch, as what is supplied and given refers to it."""

from collections.abc import Iterator

from atmpflow.fhir import systems
from atmpflow.fhir.elements import coding, concept, moment, present
from atmpflow.fhir.organization import named
from atmpflow.fhir.telling import Telling, Told
from atmpflow.fhir.units import Unit, finished


def tell(telling: Telling) -> Iterator[Told]:
    """One for each batch that this journey had units of."""
    facts, batches = telling.facts, {one.batch or "": one for one in finished(telling)}
    for batch, unit in batches.items():
        elements = {
            "code": concept(facts.product.name, coding(systems.PRODUCT, facts.product.code)),
            "status": "active",
            "manufacturer": named(facts.product.holder),
            "batch": present({"lotNumber": batch, "expirationDate": moment(unit.expires_at)}),
        }
        yield telling.made("Medication", (batch,), elements, unit.origin)


def of(telling: Telling, unit: Unit) -> dict[str, object]:
    """A reference to the batch that a finished unit is of."""
    return telling.to("Medication", unit.batch or "")
