"""EPCIS over HTTP: what a partner's system sends and asks, and what it is answered."""

import json
from collections.abc import Iterator
from typing import Annotated, Any
from uuid import uuid4

import pytest
from fastapi import FastAPI, Header
from fastapi.testclient import TestClient

from atmpflow.epcis.document import read
from atmpflow.people import Actor, Role
from desk.api.epcis import LARGEST, router
from tasks.requests import COMPANY_PREFIX
from tests.conftest import Database
from tests.epcis.samples import EXAMPLES, document, in_schema, moved, needs_examples
from tests.epcis.test_capture import about, sscc_of
from tests.factories import journey_at, opened, patient

CAPTURE, EVENTS = "/epcis/capture", "/epcis/events"
CANARY = "Zzyzxname"


def somebody(x_account: Annotated[str, Header()] = "a-courier") -> Actor:
    """Who asks, in these tests: as they say."""
    return Actor(x_account, Role.COURIER)


@pytest.fixture
def client(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    monkeypatch.setenv(COMPANY_PREFIX, "9520123")
    app = FastAPI()
    app.include_router(router(somebody))
    with TestClient(app) as asked:
        yield asked


def problem(answer: Any, status: int) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["GS1-EPCIS-Version"] == "2.0.0"
    return answer.json()


def new(**changed: Any) -> dict[str, Any]:
    """An event that nobody has sent before."""
    return moved(epcList=[f"urn:uuid:{uuid4()}"], **changed)


def events_of(answer: Any) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body["type"] == "EPCISQueryDocument"
    return body["epcisBody"]["queryResults"]["resultsBody"]["eventList"]


def test_a_capture_is_accepted_and_its_job_says_what_became_of_it(client: TestClient) -> None:
    event = new()
    answer = client.post(CAPTURE, json=document(event, event))

    assert answer.status_code == 202
    assert answer.headers["GS1-EPCIS-Version"] == "2.0.0"
    job = client.get(answer.headers["Location"]).json()
    assert job["captureID"] == answer.json()["captureID"]
    assert (job["running"], job["success"], job["errors"]) == (False, True, [])
    assert (job["events"], job["duplicates"]) == (2, 1)
    assert [one["outcome"] for one in job["outcomes"]] == ["unknown"]
    assert [one["code"] for one in job["outcomes"]] == ["shipment-not-named"]


def test_a_wrong_document_is_refused_with_the_path_of_each_field(client: TestClient) -> None:
    wrong = document(new(bizStep="sending"), new(eventTimeZoneOffset="+15:00"))

    said = problem(client.post(CAPTURE, json=wrong), 400)

    assert said["type"] == "epcisException:ValidationException"
    assert [one["path"] for one in said["errors"]] == [
        "$.epcisBody.eventList[0].bizStep",
        "$.epcisBody.eventList[1].eventTimeZoneOffset",
    ]
    assert "sending" not in json.dumps(said)


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b"\xff", "application/json", 400),
        (b'{"a": NaN}', "application/ld+json", 400),
        (b'{"type": 1, "type": 2}', "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b"<EPCISDocument/>", "application/xml", 415),
        (b" " * (LARGEST + 1), "application/json", 413),
    ],
    ids=["cut off", "no text", "no number", "twice", "deep", "XML", "large"],
)
def test_what_is_no_json_ld_is_refused(
    client: TestClient, content: bytes, kind: str, status: int
) -> None:
    answer = client.post(CAPTURE, content=content, headers={"Content-Type": kind})

    assert problem(answer, status)["status"] == status


@pytest.mark.parametrize("escape", ["\\u0000", "\\ud800", "\\udc00\\ud800"])
@pytest.mark.parametrize(
    ("place", "path"),
    [
        ('"disposition": "?"', "$.epcisBody.eventList[0].disposition"),
        ('"ex:note": ["a", "b?"]', "$.epcisBody.eventList[0].ex:note[1]"),
        ('"ex:?": "a"', "$.epcisBody.eventList[0]"),
        ('"@context": "?"', "$.epcisBody.eventList[0].@context"),
    ],
)
def test_an_escape_that_is_no_character_is_refused_and_named(
    client: TestClient, escape: str, place: str, path: str
) -> None:
    text = json.dumps(document(moved(), ex="https://one.example.org/"))
    sent = text.replace(
        '"type": "ObjectEvent"', f'"type": "ObjectEvent", {place}'.replace("?", escape)
    )
    sent = sent.replace(', "disposition": "in_transit"', "")
    answer = client.post(CAPTURE, content=sent, headers={"Content-Type": "application/json"})

    said = problem(answer, 400)
    assert said["code"] == "json-character"
    assert said["errors"][0]["path"] == path


def test_a_whole_pair_of_surrogates_is_a_character(client: TestClient) -> None:
    sent = json.dumps(document({**new(), "ex:note": "\U0001f9ec"}, ex="https://one.example.org/"))
    assert "\\ud83e\\uddec" in sent
    answer = client.post(CAPTURE, content=sent, headers={"Content-Type": "application/json"})
    assert answer.status_code == 202


def test_another_version_of_epcis_is_not_acceptable(client: TestClient) -> None:
    for path in (EVENTS, CAPTURE):
        problem(client.get(path, headers={"GS1-EPCIS-Version": "1.2"}), 406)
    assert client.get(EVENTS, headers={"GS1-EPCIS-Version": "2.0"}).status_code == 200


def test_with_proceed_the_job_names_what_was_wrong(client: TestClient) -> None:
    sent = document(new(bizStep="sending"), new())
    answer = client.post(CAPTURE, json=sent, headers={"GS1-Capture-Error-Behaviour": "proceed"})

    job = client.get(answer.headers["Location"]).json()
    assert (job["success"], job["captureErrorBehaviour"]) == (False, "proceed")
    assert [one["path"] for one in job["errors"]] == ["$.epcisBody.eventList[0].bizStep"]
    assert job["events"] == 1


def test_who_may_not_act_captures_nothing(client: TestClient) -> None:
    answer = client.post(CAPTURE, json=document(new()), headers={"X-Account": "nobody-at-all"})

    problem(answer, 403)


def test_a_capture_of_somebody_else_is_not_shown(client: TestClient) -> None:
    location = client.post(CAPTURE, json=document(new())).headers["Location"]

    problem(client.get(location, headers={"X-Account": "somebody"}), 404)
    problem(client.get(f"{CAPTURE}/{uuid4()}"), 404)


@needs_examples
def test_every_official_example_comes_back_as_it_was_sent(client: TestClient) -> None:
    added = {"eventID", "recordTime", "@context", "rdfs:comment"}  # none of them is of the hash
    first: dict[str, Any] = {}  # some are the same event, written with URNs and with links
    for file in EXAMPLES:
        content = file.read_bytes()
        answer = client.post(CAPTURE, content=content, headers={"Content-Type": "application/json"})
        assert answer.status_code == 202, answer.text
        for one in read(json.loads(content)).events:
            back = events_of(client.get(EVENTS, params={"EQ_eventID": one.hash}))
            raw = first.setdefault(one.hash, one.raw)
            plain = {name: said for name, said in raw.items() if name not in added}
            assert plain in [{k: v for k, v in b.items() if k not in added} for b in back]


@needs_examples
def test_the_answer_to_a_query_is_valid_in_the_official_schema(client: TestClient) -> None:
    client.post(CAPTURE, json=document(new(), ex="https://one.example.org/"))
    other = {**new(), "ex:note": "7"}
    client.post(CAPTURE, json=document(other, ex="https://other.example.org/"))

    answer = client.get(EVENTS, params={"perPage": 1000})

    assert in_schema(answer.json()) == []
    assert read(answer.json()).problems == ()
    hashes = {one.hash for one in read(answer.json()).events}
    assert {
        one.hash for one in read(document(other, ex="https://other.example.org/")).events
    } <= hashes


def test_a_query_finds_by_what_partners_ask(client: TestClient) -> None:
    epc = "urn:epc:id:giai:9520123.QUERY1"
    link = "https://id.gs1.org/8004/9520123QUERY1"
    early = moved(epcList=[epc], eventTime="2026-04-01T10:00:00Z")
    late = moved(
        epcList=[link], eventTime="2026-04-02T10:00:00+02:00", bizStep="arriving",
        disposition="in_progress",
    )  # fmt: skip
    client.post(CAPTURE, json=document(early, late))

    def found(**more: str) -> list[str]:
        answer = client.get(EVENTS, params={"MATCH_epc": link, **more})
        return [one["eventTime"] for one in events_of(answer)]

    both = [early["eventTime"], late["eventTime"]]
    assert found() == both
    assert found(MATCH_anyEPC=epc) == both
    assert found(GE_eventTime="2026-04-02T08:00:00Z") == both[1:]
    assert found(LT_eventTime="2026-04-02T08:00:00Z") == both[:1]
    assert found(EQ_bizStep="departing") == both[:1]
    assert found(EQ_bizStep="departing|https://ref.gs1.org/cbv/BizStep-arriving") == both
    assert found(EQ_disposition="in_progress") == both[1:]
    assert found(eventType="ObjectEvent") == both
    assert found(eventType="AggregationEvent") == []
    assert found(EQ_action="ADD") == []


@pytest.mark.parametrize(
    "asked",
    [
        {"EQ_bizstep": "shipping"}, {"GE_eventTime": "yesterday"}, {"eventType": "Event"},
        {"perPage": "0"}, {"perPage": "many"}, {"nextPageToken": "7"}, {"EQ_bizStep": "sending"},
        {"MATCH_epc": "urn:epc:idpat:sgtin:9520123.*.*"}, {"EQ_action": "MOVE"},
        {"GE_eventTime": "0001-01-01T00:00:00+14:00"},
        {"LT_recordTime": "9999-12-31T23:59:59-14:00"},
        {"MATCH_epc": "urn:a:\x00"}, {"EQ_eventID": "\x00"}, {"EQ_bizStep": "\x00:\x00"},
    ],
)  # fmt: skip
def test_a_wrong_query_is_refused_and_names_the_parameter(
    client: TestClient, asked: dict[str, str]
) -> None:
    said = problem(client.get(EVENTS, params=asked), 400)

    assert said["type"] == "epcisException:QueryParameterException"
    assert [one["path"] for one in said["errors"]] == list(asked)


def test_pages_follow_each_other_and_leave_nothing_out(client: TestClient) -> None:
    epc = "https://id.gs1.org/8004/9520123PAGES"
    sent = [moved(epcList=[epc], eventTime=f"2026-05-01T10:{n:02d}:00Z") for n in range(7)]
    client.post(CAPTURE, json=document(*sent))
    seen: list[str] = []
    address: str | None = f"{EVENTS}?perPage=3&MATCH_epc={epc}"
    while address:
        answer = client.get(address)
        page = events_of(answer)
        assert 1 <= len(page) <= 3
        seen += [one["eventTime"] for one in page]
        link = answer.headers.get("Link")
        address = link.partition("<")[2].partition(">")[0] if link else None

    assert seen == [one["eventTime"] for one in sent]


def test_who_did_not_send_an_event_does_not_see_it(client: TestClient) -> None:
    event = new()
    client.post(CAPTURE, json=document(event))
    asked = {"MATCH_epc": event["epcList"][0]}

    assert len(events_of(client.get(EVENTS, params=asked))) == 1
    assert events_of(client.get(EVENTS, params=asked, headers={"X-Account": "somebody"})) == []


def test_a_query_by_a_shippers_sscc_gives_its_own_story_page_by_page(
    client: TestClient, database: Database
) -> None:
    facts = journey_at(database.app, "collect-shipment")
    client.post(CAPTURE, json=document(about(facts, "departing")))
    sscc = f"https://id.gs1.org/00/{sscc_of(facts)}"

    whole = events_of(client.get(EVENTS, params={"MATCH_anyEPC": sscc}))
    assert [one["bizStep"] for one in whole] == ["packing", "shipping", "departing"]

    first = client.get(EVENTS, params={"MATCH_anyEPC": sscc, "perPage": 1})
    second = client.get(first.headers["Link"].partition("<")[2].partition(">")[0])
    assert events_of(first) + events_of(second) == whole[:2]


@needs_examples
def test_a_journey_is_given_as_a_valid_document_without_a_name(
    client: TestClient, database: Database
) -> None:
    facts = journey_at(database.app, "deliver-shipment")

    answer = client.get(f"/epcis/journeys/{facts.coi}")

    assert answer.status_code == 200
    assert in_schema(answer.json()) == []
    steps = [one["bizStep"] for one in answer.json()["epcisBody"]["eventList"]]
    assert steps[-2:] == ["packing", "shipping"]
    named = opened(database.app, patient=patient(family_name=CANARY))
    assert CANARY not in client.get(f"/epcis/journeys/{named}").text


def test_a_journey_that_may_not_be_seen_is_not_there(
    client: TestClient, database: Database
) -> None:
    journey = opened(database.app)

    problem(client.get(f"/epcis/journeys/{uuid4()}"), 404)
    answer = client.get(f"/epcis/journeys/{journey}", headers={"X-Account": "nobody-at-all"})
    problem(answer, 403)
