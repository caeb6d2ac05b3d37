"""What a system is told of a message that is not right: where, which rule, what would be right."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atmpflow.errors import Refused
from atmpflow.fhir.operation_outcome import ISSUES, Issue, issue_of, operation_outcome
from tasks.fhir_answer import issues, root_of
from tasks.intake.fhir_codes import ISSUE_TYPES
from tasks.intake.fhir_conformity import nonconformities
from tasks.intake.reader import read
from tasks.open import Opened
from tests.fhir.r4 import faults
from tests.intake.samples import BARS, SCHEMA, bars_example, changed, encoded, needs_schema, places

ROOT = SCHEMA.parents[1]
PUBLISHED = sorted(
    file
    for file in [*ROOT.glob("nhs-bars/**/*.json"), *ROOT.glob("r4-examples/*.json")]
    if "resourceType" in json.loads(file.read_text())
)
needs_published = pytest.mark.skipif(not PUBLISHED, reason="the published FHIR files are not here")

WRONG = {
    "appointment/PATCH-body.json": {"Appointment.participant"},
    "service_request/POST-success.json": {"ServiceRequest", "ServiceRequest.basedOn"},
    "service_request/id/GET-success.json": {"ServiceRequest", "ServiceRequest.basedOn"},
    "service_request/GET-success.json": {"Bundle.entry[0]"},
    "process_message/POST-success.json": {
        "Bundle.entry[1].resource.participant[0].status",
        "Bundle.entry[3].resource.schedule",
        "Bundle.entry[4].resource.id",
    },
    "process_message/response/Booking (HTTP Response) .json": {"Bundle.entry[3].resource.schedule"},
    "unavailable.json": {"OperationOutcome.issue[0].code"},
    "invalid-base64.json": {"OperationOutcome.issue[0].code"},
    "OperationOutcome/REC/500-REC_SERVER_ERROR-too costly.json": {"OperationOutcome.issue[0].code"},
}
"""The published files that are not conformant, and where."""

STRICTER = {
    # The schema of UsageContext.code takes a list, because it does not say that it is an object.
    "MessageDefinition_ServiceRequest-request_CaseTransfer.json",
}
LAXER = {
    # The schema's list of versions ends before its own, 4.0.1.
    "BaRS_API_Capability_Statement.json",
}


def outcome_of(raw: bytes) -> dict[str, Any]:
    """What a sender is told of what cannot be read."""
    told = [Opened(one.where, None, one.refused) for one in read(raw, "sent.json")]
    return operation_outcome(issues(raw, told))


@needs_published
@needs_schema
@pytest.mark.parametrize("name", sorted(WRONG))
def test_a_published_file_that_is_not_conformant_is_told_where(name: str) -> None:
    outcome = outcome_of((BARS / name).read_bytes())
    assert faults(outcome) == []
    places = {
        one["expression"][0]
        for one in outcome["issue"]
        if one["details"]["coding"][0]["code"] == "fhir-not-conformant"
    }
    assert places >= WRONG[name]
    for one in outcome["issue"]:
        assert one["severity"] == "error"
        assert one["details"]["text"]
        assert one["diagnostics"]


def _right(resource: dict[str, Any]) -> bool:
    """What the official schema says; a Bundle's resources each for itself, which is quicker."""
    if resource["resourceType"] != "Bundle" or not isinstance(resource.get("entry"), list):
        return not faults(resource)
    entries = resource["entry"]
    bare = [{name: one for name, one in entry.items() if name != "resource"} for entry in entries]
    inside = (entry["resource"] for entry in entries if "resource" in entry)
    return not faults({**resource, "entry": bare}) and all(_right(one) for one in inside)


@needs_published
@needs_schema
def test_conformity_is_judged_as_the_official_schema_does_on_every_published_file() -> None:
    differ = {
        file.name
        for file in PUBLISHED
        if _right(value := json.loads(file.read_text())) != (not nonconformities(value))
    }
    assert len(PUBLISHED) > 300
    assert differ == STRICTER | LAXER


@needs_schema
@given(st.data())
def test_whatever_is_sent_the_answer_is_valid_and_repeats_nothing(data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(PLACES))
    new = data.draw(st.sampled_from([..., None, 7, "Canarybird", [], {}, {"Canarybird": 1}]))
    raw = encoded(changed(EXAMPLE, path, new))
    told = [Opened(one.where, None, one.refused) for one in read(raw, "x.json") if one.refused]
    if not told:
        return
    outcome = operation_outcome(issues(raw, told))
    assert faults(outcome) == []
    assert "Canarybird" not in json.dumps(outcome)


EXAMPLE = bars_example()
PLACES = [*places(EXAMPLE)]


def test_a_name_in_the_place_of_an_element_or_a_type_is_not_repeated() -> None:
    for value in (
        {"resourceType": "Patient", "Canarybird": 1},
        {"resourceType": "Bundle", "type": "message", "entry": [{"resource": {"Canarybird": 1}}]},
        {"resourceType": "Canary Bird"},
    ):
        assert "Canary" not in json.dumps(outcome_of(encoded(value)))


def test_an_element_that_is_nearly_right_is_named() -> None:
    found = nonconformities({"resourceType": "Slot", "Schedule": {}, "status": "free"})
    assert "schedule" in "".join(one.message for one in found)


def test_a_type_that_r4_does_not_have_is_refused_also_inside() -> None:
    for value in (
        {"resourceType": "Nothing"},
        {"resourceType": "Coding"},
        {"resourceType": "Patient", "contained": [{"resourceType": "Nothing"}]},
        {"resourceType": "Bundle", "type": "batch", "entry": [{"resource": 3}]},
    ):
        assert [one.code for one in nonconformities(value)] == ["fhir-not-conformant"]


def test_what_is_no_fhir_has_no_path() -> None:
    assert root_of(b"{") is None
    outcome = outcome_of(b"{")
    assert outcome["issue"][0]["code"] == "structure"
    assert "expression" not in outcome["issue"][0]


@needs_schema
@pytest.mark.parametrize("wrong", [7, True, ["x"], {"a": 1}])
@pytest.mark.parametrize(
    ("place", "said"),
    [
        (("entry", 2, "fullUrl"), "Bundle.entry[2].fullUrl"),
        (
            ("entry", 0, "resource", "source", "endpoint"),
            "Bundle.entry[0].resource.source.endpoint",
        ),
    ],
)
def test_an_address_that_is_no_text_is_told_where(
    place: tuple[Any, ...], said: str, wrong: Any
) -> None:
    outcome = outcome_of(encoded(changed(bars_example(), place, wrong)))
    assert faults(outcome) == []
    assert said in [one["expression"][0] for one in outcome["issue"]]


def test_every_code_of_ours_has_a_type_of_issue_that_r4_knows() -> None:
    assert set(ISSUES.values()) <= set(ISSUE_TYPES)
    rule = Refused("consent-missing", "", "No consent.", "Record it.")
    assert operation_outcome([issue_of(rule)])["issue"][0]["code"] == "business-rule"
    note = Issue("referral-accepted", "Opened.", "Quote it.", severity="information")
    assert operation_outcome([note])["issue"][0]["code"] == "informational"
    with pytest.raises(ValueError, match="at least one"):
        operation_outcome([])
