"""The parts that every FHIR resource is made of: ids, references, codes, periods, quantities."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid5

from atmpflow.fhir import systems
from atmpflow.people import Actor

NAMESPACE = UUID("3d2f6a1c-7b0e-4d5a-9c44-1f6f0f5f2b7e")
"""Of every id that an export gives: the same journey always has the same ids."""

Element = dict[str, Any]


def id_of(kind: str, *key: object) -> str:
    """The id of a resource, from what makes it the one it is."""
    return str(uuid5(NAMESPACE, ":".join((kind, *map(str, key)))))


def present(elements: Element) -> Element:
    """Without what is absent: FHIR has neither null nor empty lists and objects."""
    return {name: value for name, value in elements.items() if value not in (None, [], {}, "")}


def reference(kind: str, identity: str) -> Element:
    """To another resource of the same Bundle."""
    return {"reference": f"urn:uuid:{identity}", "type": kind}


def coding(system: str, code: str, display: str | None = None) -> Element:
    return present({"system": system, "code": code, "display": display})


def concept(text: str, *codings: Element) -> Element:
    """Words, with codes where codes are certain."""
    return present({"coding": list(codings), "text": text})


def identifier(system: str | None, value: str, use: str | None = None) -> Element:
    return present({"use": use, "system": system, "value": value})


def moment(at: datetime | None) -> str | None:
    """A moment in UTC; FHIR wants its seconds."""
    return None if at is None else at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def period(start: datetime | None, end: datetime | None = None) -> Element:
    return present({"start": moment(start), "end": moment(end)})


def millilitres(value: float) -> Element:
    return {"value": value, "unit": "mL", "system": systems.UCUM, "code": "mL"}


def extension(name: str, **value: Any) -> Element:
    """What R4 has no element for, under a name of our own."""
    return {"url": f"{systems.ATMPFLOW}{name}", **value}


def account(actor: Actor) -> Element:
    """Who did something: an account by its name, which is never a patient's."""
    found = {"identifier": identifier(systems.ACCOUNT, actor.id), "display": actor.id}
    return {"type": "Device", **found} if actor.role == "system" else found


def role(actor: Actor) -> Element:
    return concept(actor.role.value, coding(systems.ROLE, actor.role.value))
