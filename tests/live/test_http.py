"""Readings over HTTP, as a courier's system sends them with a token."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from fastapi.testclient import TestClient

from atmpflow.people import Actor, Role
from atmpflow.rights import Span
from desk.api.app import application
from desk.api.readings import LARGEST
from models.appointing import Given, NewAccount, Why, add, appoint, set_state
from models.database import transaction
from models.tokens import issue_token
from tests.conftest import Database, serving
from tests.live.samples import Travelling, body, travelling

BATCHES, FILES = "/readings", "/readings/files"
WHY = Why(Actor("an-administrator", Role.ADMINISTRATOR), "a test", datetime.now(UTC))
DAY = timedelta(days=1)


SYSTEM = "courier-system"
"""The machine's account that sends what the loggers read."""


def _machine(database: Database, username: str) -> str:
    span = Span(datetime.now(UTC) - 2 * DAY, datetime.now(UTC) + 30 * DAY)
    with transaction(database.app) as connection:
        add(connection, NewAccount(username, "A courier's system", "R0A", "machine"), WHY)
        appoint(connection, username, Given(Role.COURIER, span, "*"), WHY)
    return username


def _token(database: Database, account: str, *, days: int = 1) -> str:
    span = Span(datetime.now(UTC) - 2 * DAY, datetime.now(UTC) + days * DAY)
    with transaction(database.app) as connection:
        return issue_token(connection, account, span, WHY).token


@pytest.fixture(scope="module")
def one(prepared_database: Database) -> Travelling:
    with serving(prepared_database):
        sender = _machine(prepared_database, SYSTEM)
        return travelling(prepared_database.app, sender=sender)


@pytest.fixture
def client(database: Database, one: Travelling) -> Iterator[TestClient]:
    """The whole service, asked by the courier's system."""
    token = _token(database, SYSTEM)
    with TestClient(application(), headers={"Authorization": f"Bearer {token}"}) as asked:
        yield asked


def test_a_batch_is_answered_with_what_was_taken_and_what_was_not(
    client: TestClient, one: Travelling
) -> None:
    message = one.message(many=4, batch="partly")
    message["readings"][2]["value"] = "5,1"

    answer = client.post(BATCHES, json=message)

    assert answer.status_code == 200
    told = answer.json()
    assert (told["batch"], told["taken"], told["repeated"], told["travels"]) == (
        "partly", 3, False, True,
    )  # fmt: skip
    (refused,) = told["refused"]
    assert (refused["field"], refused["code"]) == ("readings[2].value", "decimal-comma")
    assert len(told["sha256"]) == 64
    assert client.post(BATCHES, json=message).json()["repeated"] is True


TRAPS = [
    ({"sensor": "PROBE-2"}, "sensor-swapped", 422),
    ({"unit": "F"}, "unit-differs", 422),
    ({"unit": None}, "readings-invalid", 422),
    ({"interval_s": None}, "readings-invalid", 422),
    ({"sent_at": "2100-01-01T00:00:00Z"}, "clock-fault", 422),
    ({"sent_at": "2026-03-01T00:00:00"}, "time-without-zone", 422),
    ({"logger": "NOBODYS"}, "logger-unknown", 422),
    ({"more": 1}, "readings-invalid", 422),
    ({"readings": []}, "readings-invalid", 422),
]


@pytest.mark.parametrize(("changed", "code", "status"), TRAPS, ids=[one[1] for one in TRAPS])
def test_what_cannot_be_believed_is_refused_with_its_field(
    client: TestClient, one: Travelling, changed: dict[str, Any], code: str, status: int
) -> None:
    message = one.message(first=10, batch="trap")
    message = {**message, **changed}
    message = {name: value for name, value in message.items() if value is not None}
    answer = client.post(BATCHES, json=message)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    said = answer.json()
    assert (said["code"], said["taken"]) == (code, 0)
    assert said["errors"][0]["field"]
    assert said["detail"]


def test_fahrenheit_taken_for_celsius_is_named(client: TestClient, one: Travelling) -> None:
    warm = one.message(first=15, batch="F", celsius=lambda _: one.normal_c * 1.8 + 32)
    assert client.post(BATCHES, json=warm).json()["code"] == "unit-doubtful"


def test_another_content_under_the_same_number_is_a_conflict(
    client: TestClient, one: Travelling
) -> None:
    first = one.message(first=20, batch="conflict")
    assert client.post(BATCHES, json=first).status_code == 200
    answer = client.post(BATCHES, json={**first, "interval_s": 301})
    assert (answer.status_code, answer.json()["code"]) == (409, "batch-differs")


def test_an_expired_calibration_is_a_warning(client: TestClient, database: Database) -> None:
    expired = travelling(database.app, until=datetime(2010, 1, 1, tzinfo=UTC), sender=SYSTEM)
    told = client.post(BATCHES, json=expired.message()).json()
    assert told["taken"] == 6
    assert [warning["code"] for warning in told["warnings"]] == ["calibration-expired"]


def test_an_export_is_taken_as_the_logger_wrote_it(client: TestClient, one: Travelling) -> None:
    asked = {"logger": one.logger, "zone": "UTC"}
    csv = {"Content-Type": "text/csv"}
    content = one.export(first=30)
    answer = client.post(FILES, content=content, params=asked, headers=csv)
    assert (answer.status_code, answer.json()["taken"]) == (200, 6)
    again = client.post(FILES, content=content, params=asked, headers=csv)
    assert again.json()["repeated"] is True
    for changed, wrong, code in (
        ({"zone": "Asia/Tokyo"}, one.export(first=31), "zone-differs"),
        ({}, b'timestamp,temp_c\n2026-03-01 09:30,"5,1"\n', "logger-file-invalid"),
        ({}, one.export(first=32, celsius=one.normal_c * 1.8 + 32), "unit-doubtful"),
        ({"logger": "NOBODYS"}, one.export(first=33), "logger-unknown"),
        ({"zone": "Mars/Olympus"}, one.export(first=34), "logger-file-invalid"),
    ):
        answer = client.post(FILES, content=wrong, params={**asked, **changed}, headers=csv)
        assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_what_is_no_batch_is_refused(client: TestClient) -> None:
    for content, kind, status in (
        (b"{", "application/json", 422),
        (b"[]", "application/json", 422),
        (b"\xff\x00", "application/json", 422),
        (b"[" * 100_000, "application/json", 422),
        (b"<a/>", "application/xml", 415),
        (b" " * (LARGEST + 1), "application/json", 413),
    ):
        answer = client.post(BATCHES, content=content, headers={"Content-Type": kind})
        assert answer.status_code == status
        assert answer.json()["errors"][0]["remedy"]


def test_nobody_is_let_in_without_a_good_token(database: Database, one: Travelling) -> None:
    expired = _token(database, SYSTEM, days=-1)
    with TestClient(application()) as anybody:
        missing, refused = "token-missing", "token-refused"
        for token, code in (
            ("", missing),
            ("Bearer ", missing),
            ("Bearer wrong", refused),
            (f"Bearer {expired}", refused),
            (f"Basic {expired}", missing),
        ):
            for path in (BATCHES, FILES):
                asked = {"Authorization": token} if token else {}
                answer = anybody.post(path, content=body(one.message()), headers=asked)
                assert (answer.status_code, answer.json()["code"]) == (401, code)
        assert anybody.get("/docs").status_code == 404
        assert anybody.get("/health").is_success


def test_the_token_of_a_locked_account_or_one_that_was_ended_is_refused(
    database: Database, one: Travelling
) -> None:
    token = _token(database, _machine(database, "another-system"))
    asked = {"Authorization": f"Bearer {token}"}
    with TestClient(application(), headers=asked) as system:
        answer = system.post(BATCHES, json=one.message(first=50, batch="not-mine"))
        assert (answer.status_code, answer.json()["code"]) == (403, "sender-not-assigned")
        for state, code in (("locked", "account-locked"), ("active", "sender-not-assigned")):
            with transaction(database.app) as connection:
                set_state(connection, "another-system", state, WHY)  # type: ignore[arg-type]
            answer = system.post(BATCHES, json=one.message(first=50, batch="not-mine"))
            assert (answer.status_code, answer.json()["code"]) == (403, code)


def test_epcis_and_fhir_are_part_of_the_same_service(client: TestClient) -> None:
    assert client.get("/epcis/events").status_code == 200
    assert client.get(f"/fhir/journey/{uuid4()}").status_code == 404


def test_an_outage_of_the_database_is_told_as_one_and_nothing_is_refused(
    client: TestClient, one: Travelling, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any) -> None:
        raise psycopg.OperationalError("away")

    message = one.message(first=70, batch="away")
    with monkeypatch.context() as patched:
        patched.setattr("desk.api.readings.receive", away)
        answer = client.post(BATCHES, json=message)
    assert (answer.status_code, answer.json()["code"]) == (503, "database-not-reachable")
    assert answer.headers["Retry-After"]
    assert client.post(BATCHES, json=message).json()["repeated"] is False
