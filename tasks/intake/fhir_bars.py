"""From a BaRS referral message to a referral: which element each field is read from.

What BaRS has no place for is read from codings of our own: the product from ServiceRequest.code
or .orderDetail with the system `urn:atmpflow:product`. A trial comes as a ResearchStudy among
ServiceRequest.supportingInfo.
"""

from collections.abc import Callable
from typing import Any

from atmpflow.errors import Refused
from atmpflow.referral import Referral
from tasks.intake.fhir_elements import NHS_NUMBER, OF_PATIENT, OF_REQUEST, PRODUCT
from tasks.intake.fhir_message import (
    Message,
    check_patient,
    check_request,
    message_of,
    request_of,
)
from tasks.intake.fhir_organisation import ODS_CODE
from tasks.intake.fhir_path import Node
from tasks.intake.refusals import Place, read_form, remedy
from tasks.intake.result import Outcome, Piece

EXPECTED: dict[Place, str] = {
    ("product",): f"ServiceRequest.code.coding with the system {PRODUCT} and a catalogue code, "
    "e.g. kymriah (or the same in ServiceRequest.orderDetail)",
    ("referred_on",): "ServiceRequest.authoredOn, the day the referral was written",
    ("referring_organisation",): "ServiceRequest.requester or MessageHeader.sender that leads to "
    f"an Organization with an identifier of {ODS_CODE}",
    ("treating_centre",): "ServiceRequest.performer or MessageHeader.destination.receiver that "
    f"leads to an Organization with an identifier of {ODS_CODE}",
    ("patient", "nhs_number"): f"Patient.identifier with the system {NHS_NUMBER}",
    ("patient", "family_name"): "Patient.name.family, with use official or usual or none",
    ("patient", "given_name"): "Patient.name.given, with use official or usual or none",
    ("patient", "birth_date"): "Patient.birthDate, a full date",
    ("patient", "sex"): "Patient.gender",
}
"""How to give what is missing."""


def read_bundle(value: dict[str, Any]) -> tuple[Piece, ...]:
    """The referral that a FHIR resource (as JSON object) asks for, or why it asks for none."""
    try:
        message = message_of(value)
        request = request_of(message)
    except Refused as refused:
        return (Piece("message", (refused,)),)
    return (Piece(request.path.removesuffix(".resource"), _read(message, request)),)


def _read(message: Message, request: Node) -> Outcome:
    try:
        check_request(request)
        patient = message.resolve(request.get("subject"))
        check_patient(patient)
    except Refused as refused:
        return (refused,)
    reads = {
        **{path: _attempt(read, message, request) for path, read in OF_REQUEST.items()},
        **{path: _attempt(read, message, patient) for path, read in OF_PATIENT.items()},
    }
    return _formed(reads)


def _attempt(
    read: Callable[[Message, Node], Node], message: Message, resource: Node
) -> Node | Refused:
    try:
        return read(message, resource)
    except Refused as refused:
        return refused


def _formed(reads: dict[Place, Node | Refused]) -> Outcome:
    failed = {path: read for path, read in reads.items() if isinstance(read, Refused)}
    found = {path: read for path, read in reads.items() if isinstance(read, Node)}

    def at(path: Place) -> str:
        return found[path].path if path in found else ".".join(path)

    outcome = read_form(_content(found), at=at, absent=_absent)
    if isinstance(outcome, Referral) and not failed:
        return outcome
    refused = () if isinstance(outcome, Referral) else outcome
    told = {".".join(path) for path in failed}
    return (*failed.values(), *(one for one in refused if one.field not in told))


def _absent(path: Place) -> str:
    return f"Expected: {EXPECTED[path]}." if path in EXPECTED else remedy(path)


def _content(found: dict[Place, Node]) -> dict[str, Any]:
    given = {path: node.value for path, node in found.items() if node}
    own = {path[0]: value for path, value in given.items() if len(path) == 1}
    return {**own, "patient": {path[1]: given[path] for path in given if len(path) == 2}}
