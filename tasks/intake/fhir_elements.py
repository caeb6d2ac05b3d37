"""Which element of a BaRS message each field of a referral is read from."""

import re
from collections.abc import Callable

from atmpflow.referral import TRIAL
from tasks.intake.fhir_message import Message
from tasks.intake.fhir_organisation import (
    identifiers,
    only,
    referring_organisation,
    treating_centre,
)
from tasks.intake.fhir_path import Node, not_conformant, same
from tasks.intake.refusals import Place

NHS_NUMBER = "https://fhir.nhs.uk/Id/nhs-number"
PRODUCT = "urn:atmpflow:product"
INDICATIONS = ("http://snomed.info/sct", "http://hl7.org/fhir/sid/icd-10")

_PRIORITIES = {"routine": "routine", "urgent": "urgent", "asap": "urgent", "stat": "urgent"}
_NOT_IN_USE = {"old", "maiden", "nickname", "temp", "anonymous"}


def source_reference(message: Message, request: Node) -> Node:
    """The referrer's identifier of the request; else the id its entry has in the message."""
    current = [one for one in request.each("identifier") if one.get("use").text() != "old"]
    official = [one for one in current if one.get("use").text() == "official"]
    for identifier in (*official, *current):
        if value := identifier.get("value"):
            return value
    url = message.url_of(request)
    path = f"{request.path}.identifier"
    return Node(url.removeprefix("urn:uuid:") if url else None, path)


def product(_: Message, request: Node) -> Node:
    """The catalogue code among the codings of what is asked for."""
    concepts = (request.get("code"), *request.each("orderDetail"))
    codings = (coding for concept in concepts for coding in concept.each("coding"))
    codes = (each.get("code") for each in codings if same(each.get("system").text(), PRODUCT))
    return only(codes, f"{request.path}.code")


def indication(_: Message, request: Node) -> Node:
    """The first reason coded in SNOMED CT or ICD-10."""
    for reason in request.each("reasonCode"):
        for coding in reason.each("coding"):
            if (coding.get("system").text() or "").startswith(INDICATIONS):
                return coding.get("code")
    return Node(None, f"{request.path}.reasonCode")


def trial(message: Message, request: Node) -> Node:
    """The registry id of a ResearchStudy among the supporting information."""
    studies = [message.find(reference) for reference in request.each("supportingInfo")]
    numbers = [
        identifier.get("value")
        for study in studies
        if study.get("resourceType").value == "ResearchStudy"
        for identifier in study.each("identifier")
    ]
    registered = [one for one in numbers if re.fullmatch(TRIAL, one.text() or "")]
    return next(iter((*registered, *numbers)), Node(None, f"{request.path}.supportingInfo"))


def referred_on(_: Message, request: Node) -> Node:
    """The day as the referrer wrote it, in the referrer's own zone."""
    written = request.get("authoredOn")
    return Node((written.text() or "").partition("T")[0] or None, written.path)


def urgency(_: Message, request: Node) -> Node:
    """Routine unless the priority says otherwise (R4: absent means normal priority)."""
    priority = request.get("priority")
    if not priority:
        return priority
    if priority.text() not in _PRIORITIES:
        raise not_conformant(priority.path, "A priority is routine, urgent, asap or stat.")
    return Node(_PRIORITIES[priority.value], priority.path)


def nhs_number(_: Message, patient: Node) -> Node:
    """The NHS number that is in use."""
    return only(identifiers(patient, NHS_NUMBER), f"{patient.path}.identifier")


def _called(patient: Node) -> Node:
    names = [one for one in patient.each("name") if one.get("use").text() not in _NOT_IN_USE]
    official = [one for one in names if one.get("use").text() == "official"]
    return next(iter((*official, *names)), Node(None, f"{patient.path}.name"))


def family_name(_: Message, patient: Node) -> Node:
    """The family name of the name in use."""
    return _called(patient).get("family")


def given_name(_: Message, patient: Node) -> Node:
    """All given names of the name in use, in order."""
    name = _called(patient)
    given = " ".join(part.text() or "" for part in name.each("given"))
    return Node(given or None, f"{name.path}.given")


def birth_date(_: Message, patient: Node) -> Node:
    """The date of birth."""
    return patient.get("birthDate")


def sex(_: Message, patient: Node) -> Node:
    """The administrative gender."""
    return patient.get("gender")


OF_REQUEST: dict[Place, Callable[[Message, Node], Node]] = {
    ("source_reference",): source_reference,
    ("referring_organisation",): referring_organisation,
    ("treating_centre",): treating_centre,
    ("product",): product,
    ("indication",): indication,
    ("trial",): trial,
    ("referred_on",): referred_on,
    ("urgency",): urgency,
}
OF_PATIENT: dict[Place, Callable[[Message, Node], Node]] = {
    ("patient", "nhs_number"): nhs_number,
    ("patient", "family_name"): family_name,
    ("patient", "given_name"): given_name,
    ("patient", "birth_date"): birth_date,
    ("patient", "sex"): sex,
}
