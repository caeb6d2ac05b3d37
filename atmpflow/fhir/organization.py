"""Organization: who refers, who treats, who makes, who carries."""

from collections.abc import Iterator

from atmpflow.events.recovery import CourierChanged
from atmpflow.events.shipment import CourierBooked
from atmpflow.fhir import systems
from atmpflow.fhir.elements import Element, id_of, identifier, present, reference
from atmpflow.fhir.telling import Telling, Told

KIND = "Organization"


def named(name: str) -> Element:
    """A reference to an organisation by its ODS code or its name; the same in every journey."""
    return reference(KIND, id_of(KIND, name))


def tell(telling: Telling) -> Iterator[Told]:
    """Every organisation that another resource names, once each."""
    referral = telling.facts.referral
    centres = dict.fromkeys((referral.referring_organisation, referral.treating_centre))
    for code in centres:
        yield _made(code, {"identifier": [identifier(systems.ODS_CODE, code)]})
    others = dict.fromkeys((telling.facts.product.holder, *_on_the_way(telling)))
    for name in others:
        if name not in centres:
            yield _made(name, {"name": name})


def _on_the_way(telling: Telling) -> Iterator[str]:
    """Who carries, and who sends, which need be neither the centre nor the holder."""
    for row in telling.facts.history:
        if isinstance(row.event, CourierBooked | CourierChanged):
            yield row.event.courier
        if isinstance(row.event, CourierBooked):
            yield row.event.sender


def _made(name: str, elements: Element) -> Told:
    return Told({"resourceType": KIND, "id": id_of(KIND, name), **present(elements)})
