"""BaRS messages: the published ones, our complete one, and what is refused with which path."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tasks.intake.reader import read
from tasks.intake.result import ReadResult
from tests.intake.samples import (
    BARS,
    SCHEMA,
    bars_example,
    changed,
    encoded,
    needs_bars,
    needs_schema,
)

HEADER, REQUEST, PATIENT, ROLE, SENDER, RECEIVER, SERVICE = (
    ("entry", number, "resource") for number in range(7)
)
MESSAGES = sorted(BARS.glob("process_message/**/*.json"))
VALIDATION = BARS / "process_message/request/ValidationRequest (POST) .json"


def read_one(value: Any) -> ReadResult:
    (result,) = read(encoded(value), "message.json")
    assert result.format == "fhir-bars"
    return result


def faults(result: ReadResult) -> list[tuple[str, str]]:
    return [(refused.code, refused.field) for refused in result.refused]


def spoilt(path: tuple[Any, ...], new: Any) -> list[tuple[str, str]]:
    return faults(read_one(changed(bars_example(), path, new)))


def test_our_message_carries_all_a_therapy_referral_needs() -> None:
    referral = read_one(bars_example()).referral
    assert referral is not None
    assert referral.model_dump(mode="json") == {
        "source_reference": "RMC-2025-0034",
        "referring_organisation": "RMC",
        "treating_centre": "RBV",
        "product": "yescarta",
        "indication": "C83.3",
        "trial": None,
        "referred_on": "2025-03-02",
        "urgency": "urgent",
        "patient": {
            "nhs_number": "9990001146",
            "family_name": "Testpatient-Maple",
            "given_name": "Synthetic Mary",
            "birth_date": "1959-10-11",
            "sex": "female",
        },
    }


@needs_schema
def test_our_message_conforms_to_r4() -> None:
    schema = json.loads(SCHEMA.read_text())
    rules = {"$ref": "#/definitions/Bundle", "definitions": schema["definitions"]}
    jsonschema.Draft6Validator(rules).validate(bars_example())


@needs_bars
@pytest.mark.parametrize("file", MESSAGES, ids=lambda file: str(file.relative_to(BARS)))
def test_each_published_message_is_a_booking_a_response_or_a_validation(file: Path) -> None:
    """None of them refers a patient; the one ServiceRequest that is asked for is a validation."""
    (result,) = read(file.read_bytes(), file.name)
    where = "entry[1].resource.category" if file == VALIDATION else "entry[0].resource.eventCoding"
    assert faults(result) == [("fhir-not-a-referral", where)]
    assert result.refused[0].remedy


@needs_bars
def test_every_published_file_is_refused_with_a_reason_and_never_fails() -> None:
    files = sorted(BARS.rglob("*.json"))
    assert len(files) > 60
    for file in files:
        (result,) = read(file.read_bytes(), file.name)
        assert result.refused[0].code in {"fhir-not-a-referral", "field-unknown", "field-missing"}


@needs_bars
def test_the_published_request_as_a_referral_lists_what_a_therapy_needs_besides() -> None:
    """Only its category is changed. Its NHS number has a wrong check digit as published."""
    message = json.loads(VALIDATION.read_text())
    coding = (*REQUEST, "category", 0, "coding", 0, "code")
    result = read_one(changed(message, coding, "referral"))
    assert [field for _, field in faults(result)] == [
        "entry[1].resource.code",
        "entry[1].resource.authoredOn",
        "entry[5].resource.identifier[0].value",
    ]
    assert "urn:atmpflow:product" in result.refused[0].remedy


@needs_bars
def test_the_published_request_completed_is_read() -> None:
    """The requester leads to no code, so the sender refers; the service's provider treats."""
    message = changed(json.loads(VALIDATION.read_text()), (*REQUEST, "authoredOn"), "2026-03-02")
    category = (*REQUEST, "category", 0, "coding", 0, "code")
    message = changed(message, category, "referral")
    product = {"coding": [{"system": "urn:atmpflow:product", "code": "kymriah"}]}
    message = changed(message, (*REQUEST, "code"), product)
    number = ("entry", 5, "resource", "identifier", 0, "value")
    referral = read_one(changed(message, number, "9990001014")).referral
    assert referral is not None
    assert (referral.referring_organisation, referral.treating_centre) == ("RND", "RYE")
    assert referral.source_reference == "236bb75d-90ef-461f-b71e-fde7f899802c"


@pytest.mark.parametrize(
    ("path", "new"),
    [
        ((*HEADER, "eventCoding", "code"), "booking-request"),
        ((*HEADER, "eventCoding", "code"), "servicerequest-response"),
        ((*HEADER, "eventCoding", "system"), "https://example.org/events"),
        ((*HEADER, "response"), {"identifier": "x", "code": "ok"}),
        ((*HEADER, "reason", "coding", 0, "code"), "update"),
        ((*HEADER, "reason"), ...),
        ((*REQUEST, "category", 0, "coding", 0, "code"), "validation"),
        ((*REQUEST, "category"), ...),
        ((*REQUEST, "status"), "revoked"),
        ((*REQUEST, "status"), "entered-in-error"),
        ((*REQUEST, "doNotPerform"), True),
        (("type",), "collection"),
    ],
)
def test_what_is_not_a_new_referral_in_force_is_not_read_as_one(
    path: tuple[Any, ...], new: Any
) -> None:
    ((code, _),) = spoilt(path, new)
    assert code == "fhir-not-a-referral"


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ((*REQUEST, "code"), "entry[1].resource.code"),
        ((*REQUEST, "authoredOn"), "entry[1].resource.authoredOn"),
        ((*PATIENT, "birthDate"), "entry[2].resource.birthDate"),
        ((*PATIENT, "gender"), "entry[2].resource.gender"),
        ((*PATIENT, "identifier"), "entry[2].resource.identifier"),
        ((*PATIENT, "name", 0, "family"), "entry[2].resource.name[0].family"),
        ((*PATIENT, "name", 0, "given"), "entry[2].resource.name[0].given"),
        ((*RECEIVER, "identifier"), "entry[1].resource.performer"),
        ((*SENDER, "identifier"), "entry[1].resource.requester"),
    ],
)
def test_what_is_missing_is_named_with_its_element_and_how_to_give_it(
    path: tuple[Any, ...], field: str
) -> None:
    result = read_one(changed(bars_example(), path, ...))
    assert faults(result) == [("field-missing", field)]
    assert any(name in result.refused[0].remedy for name in ("ServiceRequest", "Patient"))


@pytest.mark.parametrize(
    ("path", "new", "field"),
    [
        ((*REQUEST, "category"), {"coding": []}, "entry[1].resource.category"),
        ((*REQUEST, "category"), [], "entry[1].resource.category"),
        ((*REQUEST, "subject"), "x", "entry[1].resource.subject"),
        ((*REQUEST, "priority"), "soon", "entry[1].resource.priority"),
        ((*REQUEST, "doNotPerform"), "no", "entry[1].resource.doNotPerform"),
        ((*PATIENT, "name"), {}, "entry[2].resource.name"),
        ((*PATIENT, "gender"), None, "entry[2].resource.gender"),
        (HEADER, ..., "entry[0].resource"),
        (("entry", 3, "fullUrl"), "urn:uuid:5a1e0000-0000-4000-8000-000000000003", "entry[3]"),
        (("entry",), [], "entry"),
        ((*HEADER, "focus"), ..., "entry[0].resource.focus"),
    ],
)
def test_what_breaks_r4_is_refused_with_its_path(
    path: tuple[Any, ...], new: Any, field: str
) -> None:
    assert ("fhir-not-conformant", field) in spoilt(path, new)


def test_a_subject_that_is_not_in_the_message_is_refused() -> None:
    subject = (*REQUEST, "subject", "reference")
    assert spoilt(subject, "urn:uuid:0") == [
        ("fhir-reference-unresolved", "entry[1].resource.subject")
    ]


def test_a_subject_that_is_no_patient_is_refused() -> None:
    url = bars_example()["entry"][4]["fullUrl"]
    ((code, _),) = spoilt((*REQUEST, "subject", "reference"), url)
    assert code == "fhir-not-conformant"


@pytest.mark.parametrize("resource", [(), HEADER, REQUEST, PATIENT])
@pytest.mark.parametrize("name", ["modifierExtension", "implicitRules"])
def test_a_modifier_that_is_not_known_stops_the_reading(
    resource: tuple[Any, ...], name: str
) -> None:
    ((code, field),) = spoilt((*resource, name), [{"url": "https://example.org/not"}])
    assert code == "fhir-modifier-unknown"
    assert field.endswith(name)


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("deceasedBoolean", True, "patient-deceased"),
        ("deceasedDateTime", "2026-03-01", "patient-deceased"),
        ("active", False, "patient-inactive"),
    ],
)
def test_a_record_of_nobody_to_treat_is_refused(name: str, value: Any, code: str) -> None:
    assert spoilt((*PATIENT, name), value) == [(code, "entry[2].resource")]


def test_two_nhs_numbers_that_differ_are_refused_not_chosen_from() -> None:
    system = "https://fhir.nhs.uk/Id/nhs-number"
    two = [{"system": system, "value": number} for number in ("9990001014", "9990001022")]
    ((code, field),) = spoilt((*PATIENT, "identifier"), two)
    assert (code, field) == ("fhir-ambiguous", "entry[2].resource.identifier[0].value")


def test_an_old_number_and_an_old_name_are_passed_over() -> None:
    system = "https://fhir.nhs.uk/Id/nhs-number"
    numbers = [
        {"use": "old", "system": system, "value": "9990001014"},
        {"system": system, "value": "9990001022"},
    ]
    names = [
        {"use": "maiden", "family": "Testpatient-Old", "given": ["Synthetic"]},
        {"use": "usual", "family": "Testpatient-Usual", "given": ["Synthetic"]},
        {"use": "official", "family": "Testpatient-New", "given": ["Synthetic", "Two"]},
    ]
    message = changed(bars_example(), (*PATIENT, "identifier"), numbers)
    referral = read_one(changed(message, (*PATIENT, "name"), names)).referral
    assert referral is not None
    assert referral.patient.nhs_number == "9990001022"
    assert referral.patient.family_name == "Testpatient-New"
    assert referral.patient.given_name == "Synthetic Two"


def test_a_trial_is_read_from_a_research_study() -> None:
    message = changed(
        bars_example(), (*REQUEST, "supportingInfo"), [{"reference": "ResearchStudy/s1"}]
    )
    study = {
        "resourceType": "ResearchStudy",
        "id": "s1",
        "status": "active",
        "identifier": [{"value": "AUTO1"}, {"value": "NCT04404660"}],
    }
    message["entry"].append({"resource": study})
    referral = read_one(message).referral
    assert referral is not None
    assert referral.trial == "NCT04404660"


def test_a_product_may_stand_in_order_detail_and_must_be_one() -> None:
    coding = [{"system": "urn:atmpflow:product", "code": "kymriah"}]
    other = changed(bars_example(), (*REQUEST, "orderDetail"), [{"coding": coding}])
    assert faults(read_one(other)) == [("fhir-ambiguous", "entry[1].resource.code.coding[0].code")]
    alone = changed(other, (*REQUEST, "code"), {"text": "CAR-T"})
    referral = read_one(alone).referral
    assert referral is not None
    assert referral.product == "kymriah"


@pytest.mark.parametrize(
    ("priority", "urgency"),
    [("routine", "routine"), ("asap", "urgent"), ("stat", "urgent"), (..., "routine")],
)
def test_priority_becomes_urgency(priority: Any, urgency: str) -> None:
    referral = read_one(changed(bars_example(), (*REQUEST, "priority"), priority)).referral
    assert referral is not None
    assert referral.urgency == urgency


def test_a_month_without_a_day_is_no_day_of_referral() -> None:
    assert spoilt((*REQUEST, "authoredOn"), "2026-03") == [
        ("field-invalid", "entry[1].resource.authoredOn")
    ]


def test_an_endless_list_is_refused() -> None:
    codings = [{"system": "x", "code": "y"}] * 1001
    ((code, _),) = spoilt((*REQUEST, "code", "coding"), codings)
    assert code == "fhir-too-large"
