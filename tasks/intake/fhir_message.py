"""A BaRS message: its header, its entries, and whether it asks for a referral at all.

NHS Booking and Referral Standard, FHIR R4 UK Core, `$process-message` with a message Bundle.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from atmpflow.errors import Refused
from tasks.intake.fhir_path import Node, not_conformant, same

EVENTS = "https://fhir.nhs.uk/CodeSystem/message-events-bars"
REASONS = "https://fhir.nhs.uk/CodeSystem/message-reason-bars"
CATEGORIES = "https://fhir.nhs.uk/CodeSystem/message-category-servicerequest"


@dataclass(frozen=True, slots=True)
class Message:
    """The resources of a message in order, the first being its header."""

    resources: tuple[Node, ...]
    by_reference: dict[str, Node]

    @property
    def header(self) -> Node:
        return self.resources[0]

    def find(self, reference: Node) -> Node:
        """The resource a reference points to in this message; absent when it holds none."""
        target = reference.get("reference").text()
        return self.by_reference.get(target or "", Node(None, reference.path))

    def resolve(self, reference: Node) -> Node:
        """As `find`, but raises Refused `fhir-reference-unresolved` when the message holds none."""
        found = self.find(reference)
        if not found:
            message = "The reference points to nothing in the message, or is missing."
            remedy = "Send the resource in the same Bundle, under the fullUrl referred to."
            raise Refused("fhir-reference-unresolved", reference.path, message, remedy)
        return found

    def of_type(self, kind: str) -> Iterator[Node]:
        """The resources of one type."""
        return (each for each in self.resources if each.get("resourceType").value == kind)

    def url_of(self, resource: Node) -> str | None:
        """The fullUrl of a resource's entry."""
        return next(
            (url for url, one in self.by_reference.items() if one.path == resource.path), None
        )


def message_of(value: dict[str, Any]) -> Message:
    """The message a JSON object holds.

    Raises Refused `fhir-not-a-referral` when it is no message Bundle, `fhir-not-conformant` when
    its entries are not as R4 wants them (bdl-7, bdl-12).
    """
    bundle = Node(value, "")
    if value.get("resourceType") != "Bundle" or bundle.get("type").text() != "message":
        remedy = "Send the whole $process-message Bundle, of type message."
        raise _other("resourceType", "The file holds FHIR, but not a message Bundle.", remedy)
    _plain(bundle)
    by_reference: dict[str, Node] = {}
    resources = tuple(_resource(entry, by_reference) for entry in bundle.each("entry"))
    if not resources or resources[0].get("resourceType").value != "MessageHeader":
        raise not_conformant("entry[0]", "The first entry of a message is its MessageHeader.")
    return Message(resources, by_reference)


def _resource(entry: Node, by_reference: dict[str, Node]) -> Node:
    """An entry's resource, entered under its fullUrl and its `Type/id`."""
    resource = entry.get("resource")
    kind = resource.get("resourceType").text()
    if not kind:
        raise not_conformant(resource.path, "Each entry of a message holds a resource.")
    identity = resource.get("id").text()
    for reference in (entry.get("fullUrl").text(), f"{kind}/{identity}" if identity else None):
        if reference in by_reference:
            raise not_conformant(entry.path, "An earlier entry has the same fullUrl or id.")
        if reference:
            by_reference[reference] = resource
    return resource


def request_of(message: Message) -> Node:
    """The ServiceRequest a message asks a new referral by.

    Raises Refused `fhir-not-a-referral` for bookings, responses, changes and cancellations.
    """
    header = message.header
    _plain(header)
    event = header.get("eventCoding")
    asks = same(event.get("system").text(), EVENTS)
    if not asks or event.get("code").text() != "servicerequest-request" or header.get("response"):
        remedy = f"Send eventCoding servicerequest-request of {EVENTS}, and no response."
        raise _other(event.path, "The message is not a request for a referral.", remedy)
    if header.coded("reason", REASONS) != "new":
        remedy = "Change or withdraw a referral with its own command, not by a second message."
        raise _other(
            f"{header.path}.reason", "The message does not announce a new referral.", remedy
        )
    focus = [message.resolve(reference) for reference in header.each("focus")]
    if [one.get("resourceType").value for one in focus] != ["ServiceRequest"]:
        raise not_conformant(
            f"{header.path}.focus", "The focus of a referral is one ServiceRequest."
        )
    return focus[0]


def check_request(request: Node) -> None:
    """Raise Refused `fhir-not-a-referral` unless the ServiceRequest is an active referral."""
    _plain(request)
    codes = [
        coding.get("code").text()
        for category in request.each("category")
        for coding in category.each("coding")
        if same(coding.get("system").text(), CATEGORIES)
    ]
    if codes != ["referral"]:
        remedy = f"Send exactly one category of {CATEGORIES}: referral."
        raise _other(f"{request.path}.category", "The request is not for a referral.", remedy)
    if request.get("status").text() != "active" or request.get("doNotPerform").flag():
        remedy = "Send a ServiceRequest with status active and without doNotPerform."
        raise _other(f"{request.path}.status", "The request is not in force.", remedy)


def check_patient(patient: Node) -> None:
    """Raise Refused when the record is not of a living patient, or not in use any more."""
    if patient.get("resourceType").value != "Patient":
        raise not_conformant(patient.path, "The subject of a referral is a Patient.")
    _plain(patient)
    if patient.get("deceasedBoolean").flag() or patient.get("deceasedDateTime"):
        message = "The patient's record says that the patient has died."
        remedy = "Check the record; correct it or do not refer."
        raise Refused("patient-deceased", patient.path, message, remedy)
    if patient.get("active").flag() is False:
        message = "The patient's record is marked as not in use."
        raise Refused("patient-inactive", patient.path, message, "Send the record that is in use.")


def _plain(node: Node) -> None:
    # R4 2.5.0.4: who does not know a modifier may not act on the resource that carries it.
    for name in ("modifierExtension", "implicitRules"):
        if node.get(name):
            message = "The resource carries a modifier that is not known here."
            raise Refused("fhir-modifier-unknown", node.get(name).path, message, "Send it without.")


def _other(path: str, message: str, remedy: str) -> Refused:
    return Refused("fhir-not-a-referral", path, message, remedy)
