"""Who refers and who treats: the ODS codes that a BaRS message's references lead to."""

from collections.abc import Iterable

from atmpflow.errors import Refused
from tasks.intake.fhir_message import Message
from tasks.intake.fhir_path import Node, same

ODS_CODE = "https://fhir.nhs.uk/Id/ods-organization-code"


def referring_organisation(message: Message, request: Node) -> Node:
    """The requester's organisation; the sender's where the requester leads to none."""
    return _organisation(
        message,
        [request.get("requester")],
        [message.header.get("sender")],
        f"{request.path}.requester",
    )


def treating_centre(message: Message, request: Node) -> Node:
    """The performer's organisation; the receiver's where the performer leads to none."""
    receivers = [each.get("receiver") for each in message.header.each("destination")]
    path = f"{request.path}.performer"
    return _organisation(message, list(request.each("performer")), receivers, path)


def _organisation(message: Message, first: list[Node], otherwise: list[Node], absent: str) -> Node:
    """The ODS code the first references lead to; where they lead to none, the others."""
    asked = only((_ods_code(message, reference) for reference in first), absent)
    return asked or only((_ods_code(message, reference) for reference in otherwise), absent)


def _ods_code(message: Message, reference: Node) -> Node:
    logical = reference.get("identifier")
    if same(logical.get("system").text(), ODS_CODE):
        return logical.get("value")
    organisations = (
        message.find(leads) for leads in (reference, *_employers(message, message.find(reference)))
    )
    codes = (
        code
        for organisation in organisations
        if organisation.get("resourceType").value == "Organization"
        for code in identifiers(organisation, ODS_CODE)
    )
    return only(codes, reference.path)


def _employers(message: Message, party: Node) -> list[Node]:
    """References from a service, a role or a person to the organisation they act for."""
    match party.get("resourceType").value:
        case "HealthcareService":
            return [party.get("providedBy")]
        case "PractitionerRole":
            return [party.get("organization")]
        case "Practitioner":
            return [
                role.get("organization")
                for role in message.of_type("PractitionerRole")
                if message.find(role.get("practitioner")).path == party.path
            ]
        case _:
            return []


def only(nodes: Iterable[Node], absent: str) -> Node:
    """The node whose value all agree on; absent at `absent` when there is none.

    Raises Refused `fhir-ambiguous` when they differ.
    """
    some = [node for node in nodes if node]
    if len({node.text() for node in some}) > 1:
        message = "Several values are given, and they differ."
        raise Refused("fhir-ambiguous", some[0].path, message, "Send the one that counts.")
    return some[0] if some else Node(None, absent)


def identifiers(resource: Node, system: str) -> Iterable[Node]:
    """The values of a resource's identifiers in `system` that are still in use."""
    return (
        identifier.get("value")
        for identifier in resource.each("identifier")
        if same(identifier.get("system").text(), system) and identifier.get("use").text() != "old"
    )
