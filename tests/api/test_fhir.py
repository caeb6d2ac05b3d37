"""FHIR over HTTP: Bundles for who may see them, and an OperationOutcome for what is wrong."""

import json
from collections.abc import Iterator
from typing import Annotated, Any

import pytest
from fastapi import FastAPI, Header
from fastapi.testclient import TestClient

from atmpflow.people import Actor, Role
from desk.api.fhir import MEDIA_TYPE, router
from tests.conftest import Database
from tests.factories import opened, patient
from tests.fhir.r4 import bundle_faults, faults, of
from tests.fhir.telling import CANARY
from tests.intake.samples import BARS, bars_example, changed, needs_bars, needs_schema

MESSAGE = "/fhir/$process-message"


def somebody(x_role: Annotated[str, Header()] = "referrer") -> Actor:
    """Who asks, in these tests: as they say."""
    return Actor("operator-1", Role(x_role))


@pytest.fixture
def client(database: Database) -> Iterator[TestClient]:
    app = FastAPI()
    app.include_router(router(somebody))
    with TestClient(app) as asked:
        yield asked


def outcome(answer: Any, status: int) -> dict[str, Any]:
    """The OperationOutcome of an answer; it must be one."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == MEDIA_TYPE
    found = answer.json()
    assert found["resourceType"] == "OperationOutcome"
    assert faults(found) == []
    return found


@needs_schema
def test_a_journey_is_given_without_a_name(client: TestClient, database: Database) -> None:
    journey = opened(database.app, patient=patient(family_name=CANARY))
    answer = client.get(f"/fhir/journey/{journey}")
    assert answer.headers["content-type"] == MEDIA_TYPE
    assert bundle_faults(answer.json()) == []
    assert CANARY not in answer.text


@needs_schema
def test_a_name_is_given_to_who_may_see_it_and_to_nobody_else(
    client: TestClient, database: Database
) -> None:
    journey = opened(database.app, patient=patient(family_name=CANARY))
    url = f"/fhir/journey/{journey}?identified=true"
    named = client.get(f"{url}&reason=R1", headers={"x-role": "treating-physician"})
    assert of(named.json(), "Patient")[0]["name"][0]["family"] == CANARY
    found = outcome(client.get(f"{url}&reason=R1", headers={"x-role": "courier"}), 403)
    assert found["issue"][0]["code"] == "forbidden"
    outcome(client.get(url, headers={"x-role": "treating-physician"}), 400)


@needs_schema
def test_a_journey_that_is_not_there_is_not_found(client: TestClient) -> None:
    assert outcome(client.get("/fhir/journey/nothing"), 404)["issue"][0]["code"] == "not-found"


@needs_schema
def test_a_referral_opens_a_journey_once(client: TestClient) -> None:
    first = outcome(client.post(MESSAGE, json=bars_example()), 200)
    again = outcome(client.post(MESSAGE, json=bars_example()), 200)
    assert [one["severity"] for one in first["issue"]] == ["information"]
    assert "open since before" in again["issue"][0]["details"]["text"]


@needs_schema
def test_a_referral_that_lacks_something_is_told_where(client: TestClient) -> None:
    place = ("entry", 2, "resource", "birthDate")
    found = outcome(client.post(MESSAGE, json=changed(bars_example(), place, ...)), 422)
    (issue,) = found["issue"]
    assert issue["code"] == "required"
    assert issue["expression"] == ["Bundle.entry[2].resource.birthDate"]
    assert issue["details"]["coding"][0] == {
        "system": "urn:atmpflow:error",
        "code": "field-missing",
    }
    assert "Patient.birthDate" in issue["diagnostics"]


@needs_schema
@needs_bars
@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("service_request/POST-success.json", "ServiceRequest.basedOn"),
        ("process_message/POST-success.json", "Bundle.entry[3].resource.schedule"),
        ("unavailable.json", "OperationOutcome.issue[0].code"),
    ],
)
def test_a_published_message_that_breaks_r4_is_told_where(
    client: TestClient, name: str, place: str
) -> None:
    found = outcome(client.post(MESSAGE, content=(BARS / name).read_bytes()), 422)
    assert place in {path for one in found["issue"] for path in one["expression"]}


@needs_schema
def test_what_is_no_fhir_is_told_so(client: TestClient) -> None:
    assert outcome(client.post(MESSAGE, content=b"{"), 400)["issue"][0]["code"] == "structure"
    assert outcome(client.post(MESSAGE, content=b""), 400)["issue"][0]["code"] == "required"
    big = outcome(client.post(MESSAGE, content=b" " * (10 * 1024 * 1024 + 1)), 413)
    assert big["issue"][0]["code"] == "too-long"


@needs_schema
def test_nothing_that_was_sent_is_repeated(client: TestClient) -> None:
    place = ("entry", 2, "resource", "name", 0, "family")
    message = changed(bars_example(), place, {CANARY: CANARY})
    assert CANARY not in json.dumps(outcome(client.post(MESSAGE, json=message), 422))
