"""Reading back what we export: the identifiers and times of a journey, from a FHIR Bundle."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from atmpflow.errors import Refused
from atmpflow.fhir import systems
from tasks.intake.fhir_path import Node, not_conformant

URN = "urn:uuid:"
Span = tuple[datetime | None, datetime | None]


@dataclass(frozen=True, slots=True)
class Line:
    """One event of the ledger, as an AuditEvent tells it."""

    number: int
    event: str
    actor: str
    role: str
    occurred_at: datetime
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Retold:
    """A journey as a Bundle tells it."""

    journey: UUID
    coi: str
    product: str
    trial: str | None
    material: tuple[str, ...]
    units: tuple[str, ...]
    shipments: tuple[UUID, ...]
    slots: tuple[Span, ...]
    doses: tuple[Span, ...]
    lines: tuple[Line, ...]


def retold(value: Any) -> Retold:
    """What a Bundle of ours says.

    Raises Refused `fhir-not-a-journey` for anything else, `fhir-not-conformant` with the path.
    """
    bundle = Node(value, "")
    if not isinstance(value, dict) or value.get("resourceType") != "Bundle":
        raise _other("resourceType", "This is no Bundle.")
    if bundle.get("type").text() != "collection":
        raise _other("type", "The Bundle is no collection.")
    found = [entry.get("resource") for entry in bundle.each("entry")]
    by_kind: dict[str, list[Node]] = {}
    for one in found:
        by_kind.setdefault(one.get("resourceType").text() or "", []).append(one)
    return _of(bundle, by_kind)


def _of(bundle: Node, found: dict[str, list[Node]]) -> Retold:
    def every(kind: str) -> list[Node]:
        return found.get(kind, [])

    studies = [_numbers(one) for one in every("ResearchStudy")]
    units = every("BiologicallyDerivedProduct")
    return Retold(
        journey=_uuid(bundle.get("identifier", "value")),
        coi=_number(_only(found, "Patient"), systems.COI),
        product=_product(_only(found, "ServiceRequest")),
        trial=next((value for one in studies for _, value in one), None),
        material=tuple(_number(one, systems.UNIT) for one in every("Specimen")),
        units=tuple(_number(one, systems.UNIT) for one in units),
        shipments=tuple(_shipment(one) for one in every("SupplyDelivery")),
        slots=tuple(_span(one) for one in every("Appointment")),
        doses=tuple(_span(one.get("effectivePeriod")) for one in every("MedicationAdministration")),
        lines=tuple(_line(one) for one in every("AuditEvent")),
    )


def _only(found: dict[str, list[Node]], kind: str) -> Node:
    ones = found.get(kind, [])
    if len(ones) != 1:
        raise _other("entry", f"A journey has one {kind}.")
    return ones[0]


def _numbers(resource: Node) -> Iterator[tuple[str | None, str]]:
    for one in resource.each("identifier"):
        yield one.get("system").text(), one.get("value").text() or ""


def _number(resource: Node, system: str) -> str:
    found = next((value for one, value in _numbers(resource) if one == system), None)
    if not found:
        raise _other(f"{resource.path}.identifier", "The identifier of ours is not there.")
    return found


def _product(request: Node) -> str:
    code = request.coded("code", systems.PRODUCT)
    if not code:
        raise _other(f"{request.path}.code", "The request names no product of the catalogue.")
    return code


def _shipment(delivery: Node) -> UUID:
    found = _number(delivery, systems.URI)
    return _uuid(Node(found, f"{delivery.path}.identifier"))


def _uuid(node: Node) -> UUID:
    text = (node.text() or "").removeprefix(URN)
    try:
        return UUID(text)
    except ValueError:
        raise _other(node.path, "This is no journey's or shipment's id.") from None


def _moment(node: Node) -> datetime | None:
    text = node.text()
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise not_conformant(node.path, "This is no moment in time.") from None
    if found.tzinfo is None:
        raise not_conformant(node.path, "A moment has a time zone.")
    return found.astimezone(UTC)


def _required(node: Node) -> datetime:
    found = _moment(node)
    if found is None:
        raise not_conformant(node.path, "This moment is missing.")
    return found


def _span(node: Node) -> Span:
    return _moment(node.get("start")), _moment(node.get("end"))


def _line(audit: Node) -> Line:
    agent = next(audit.each("agent"), Node(None, audit.path))
    role = next(agent.each("role"), Node(None, agent.path))
    return Line(
        number=_place(audit),
        event=_code(audit.each("subtype"), systems.EVENT),
        actor=agent.get("who", "identifier", "value").text() or "",
        role=_code(role.each("coding"), systems.ROLE),
        occurred_at=_required(audit.get("period", "start")),
        recorded_at=_required(audit.get("recorded")),
    )


def _code(codings: Iterator[Node], system: str) -> str:
    return next(
        (one.get("code").text() or "" for one in codings if one.get("system").text() == system), ""
    )


def _place(audit: Node) -> int:
    for entity in audit.each("entity"):
        for detail in entity.each("detail"):
            text = detail.get("valueString").text() or ""
            if detail.get("type").text() == "number" and text.isascii() and text.isdigit():
                return int(text)
    raise _other(f"{audit.path}.entity", "The number of the event is not there.")


def _other(path: str, message: str) -> Refused:
    remedy = "Give a Bundle that atmpflow fhir exported."
    return Refused("fhir-not-a-journey", path, message, remedy)
