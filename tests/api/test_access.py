"""Who may ask over HTTP: a machine with its token, in a role it has; everybody else is told why."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from fastapi.testclient import TestClient
from sqlalchemy.exc import OperationalError

from atmpflow.errors import Refused
from atmpflow.people import Actor, Role
from atmpflow.rights import Span
from desk.api import epcis, epcis_answers
from desk.api.app import application
from models.appointing import Given, NewAccount, Why, add, appoint, end, set_state
from models.database import Connection, transaction
from models.tokens import BEGINS, Issued, issue_token
from tests.conftest import Database
from tests.epcis.samples import document, moved
from tests.models.rows import execute, select

CAPTURE, EVENTS, BUNDLE = "/epcis/capture", "/epcis/events", "/fhir/journey/nothing"
NOW = datetime.now(UTC)
YEAR = Span(NOW, NOW + timedelta(days=365))
WHY = Why(Actor("admin-1", Role.ADMINISTRATOR), "a courier's system", NOW)


@dataclass(frozen=True)
class Machine:
    """Another system: its account, and the token that it was given."""

    username: str
    issued: Issued

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.issued.token}"}


@pytest.fixture
def machine(own_database: Database) -> Machine:
    return _machine(own_database, "courier-system", Role.COURIER)


def _machine(database: Database, username: str, *roles: Role) -> Machine:
    with transaction(database.app) as connection:
        add(connection, NewAccount(username, "A courier's system", "R0A", "machine"), WHY)
        for role in roles:
            appoint(connection, username, Given(role, YEAR, "*"), WHY)
        return Machine(username, issue_token(connection, username, YEAR, WHY))


@pytest.fixture
def client(own_database: Database) -> Iterator[TestClient]:
    with TestClient(application(), raise_server_exceptions=False) as asked:
        yield asked


def _code(answer: Any, status: int) -> str:
    assert answer.status_code == status, answer.text
    told = answer.json()
    if answer.headers["content-type"].startswith("application/fhir+json"):
        return told["issue"][0]["details"]["coding"][0]["code"]
    assert answer.headers["content-type"] == "application/problem+json"
    assert told["detail"]
    assert told["title"] == epcis_answers.TITLES[told["type"]]
    return told["code"]


def test_a_machine_asks_with_its_token_in_the_only_role_it_has(
    client: TestClient, machine: Machine
) -> None:
    sent = client.post(CAPTURE, json=document(moved()), headers=machine.headers)
    assert sent.status_code == 202, sent.text
    answer = client.get(EVENTS, headers=machine.headers)
    assert answer.headers["Cache-Control"] == "no-store"
    found = answer.json()
    assert len(found["epcisBody"]["queryResults"]["resultsBody"]["eventList"]) == 1


@pytest.mark.parametrize("path", [EVENTS, BUNDLE])
@pytest.mark.parametrize(
    "word", [None, "", "Bearer", "Bearer nothing", "Basic YTpi", "Bearer \x7f"]
)
def test_without_a_right_token_nothing_is_answered(
    client: TestClient, machine: Machine, path: str, word: str | None
) -> None:
    answer = client.get(path, headers={} if word is None else {"Authorization": word})
    assert _code(answer, 401) in ("token-missing", "token-refused")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def _locked(connection: Connection, machine: Machine) -> None:
    set_state(connection, machine.username, "locked", WHY)


def _taken_back(connection: Connection, machine: Machine) -> None:
    assert end(connection, machine.issued.id, WHY) == "access_token"


def _dismissed(connection: Connection, machine: Machine) -> None:
    query = "SELECT id FROM appointment WHERE reason = %s AND ended_at IS NULL"
    row: Any = connection.execute(query, (WHY.reason,)).fetchone()
    assert end(connection, row[0], WHY) == "appointment"


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        (_taken_back, 401, "token-refused"),
        (_locked, 403, "account-locked"),
        (_dismissed, 403, "not-appointed"),
    ],
)
def test_what_was_given_and_taken_back_counts_no_more(
    client: TestClient,
    own_database: Database,
    machine: Machine,
    *,
    change: Callable[[Connection, Machine], None],
    status: int,
    code: str,
) -> None:
    assert client.get(EVENTS, headers=machine.headers).status_code == 200
    with transaction(own_database.app) as connection:
        change(connection, machine)
    assert _code(client.get(EVENTS, headers=machine.headers), status) == code


def test_a_machine_with_several_roles_says_in_which_it_asks(
    client: TestClient, own_database: Database
) -> None:
    two = _machine(own_database, "two-roles", Role.COURIER, Role.MANUFACTURER)
    answer = client.get(EVENTS, headers=two.headers)
    assert _code(answer, 400) == "role-not-said"
    assert "courier, manufacturer" in answer.json()["detail"]
    said = {**two.headers, "Atmpflow-Role": "courier"}
    assert client.get(EVENTS, headers=said).status_code == 200
    wrong = {**two.headers, "Atmpflow-Role": "qualified-person"}
    assert _code(client.get(EVENTS, headers=wrong), 403) == "not-appointed"


def test_a_token_is_for_a_machine_for_a_year_at_most_and_kept_as_a_digest(
    own_database: Database, machine: Machine
) -> None:
    with transaction(own_database.app) as connection:
        add(connection, NewAccount("night-nurse", "A nurse", "R0A"), WHY)
    for username, span, code in (
        ("night-nurse", YEAR, "token-for-a-person"),
        (machine.username, Span(NOW, NOW + timedelta(days=400)), "token-too-long"),
        (machine.username, Span(NOW, NOW), "expiry-impossible"),
        ("nobody", YEAR, "account-unknown"),
    ):
        with pytest.raises(Refused) as refused, transaction(own_database.app) as connection:
            issue_token(connection, username, span, WHY)
        assert refused.value.code == code
    assert machine.issued.token.startswith(BEGINS)
    assert machine.issued.token not in str(
        select(own_database.app, "SELECT t.* FROM access_token t")
    )
    assert machine.issued.token not in repr(machine.issued)


@pytest.mark.parametrize(
    ("statement", "error"),
    [
        ("UPDATE access_token SET valid_until = 'infinity'", psycopg.errors.InsufficientPrivilege),
        (
            "UPDATE access_token SET account_id = gen_random_uuid()",
            psycopg.errors.InsufficientPrivilege,
        ),
        ("DELETE FROM access_token", psycopg.errors.InsufficientPrivilege),
        ("UPDATE access_token SET end_reason = 'x'", psycopg.errors.IntegrityError),
    ],
)
def test_the_application_may_only_end_a_token(
    own_database: Database, machine: Machine, statement: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        execute(own_database.application, statement)


@pytest.mark.parametrize(
    "path",
    [
        "/epcis/nothing",
        "/fhir/nothing",
        "/nothing",
        "/docs",
        "/epcis/journeys/%00",
        "/fhir/journey/%00",
    ],
)
def test_an_address_that_is_not_there_is_said_in_the_words_of_its_neighbours(
    client: TestClient, path: str
) -> None:
    assert _code(client.get(path), 404) == "address-unknown"


def test_a_method_that_is_not_there_names_those_that_are(client: TestClient) -> None:
    answer = client.delete(CAPTURE)
    assert _code(answer, 405) == "method-not-allowed"
    assert answer.headers["Allow"] in ("GET", "POST", "GET, POST", "POST, GET")


def test_a_parameter_of_another_form_is_named_and_not_repeated(
    client: TestClient, machine: Machine
) -> None:
    answer = client.get(f"{CAPTURE}/9990000018", headers=machine.headers)
    assert _code(answer, 400) == "parameter-invalid"
    assert answer.json()["errors"][0]["path"] == "job"
    assert "9990000018" not in answer.text


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (OperationalError("SELECT", {}, Exception("Ada Example")), 503, "database-not-reachable"),
        (ValueError("Ada Example"), 500, "defect"),
    ],
)
def test_an_outage_or_a_defect_is_said_without_its_words(  # noqa: PLR0913 - fixtures and cases
    client: TestClient,
    machine: Machine,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    *,
    error: Exception,
    status: int,
    code: str,
) -> None:
    def fail(*_: Any) -> None:
        raise error

    monkeypatch.setattr(epcis, "_events", fail)
    answer = client.get(EVENTS, headers=machine.headers)
    assert _code(answer, status) == code
    assert "Ada" not in answer.text + caplog.text


def test_it_says_that_it_runs_to_anybody_and_what_there_is(client: TestClient) -> None:
    assert set(client.get("/health").json()) == {"atmpflow"}
    paths = client.get("/openapi.json").json()["paths"]
    assert {CAPTURE, EVENTS, "/fhir/$process-message", "/fhir/journey/{journey}"} <= set(paths)


@pytest.mark.parametrize("accept", ["application/xml", "text/html, application/xml;q=0.9"])
def test_who_takes_no_json_is_told_that_there_is_nothing_else(
    client: TestClient, machine: Machine, accept: str
) -> None:
    answer = client.get(EVENTS, headers={**machine.headers, "Accept": accept})
    assert _code(answer, 406) == "epcis-not-acceptable"


@pytest.mark.parametrize(
    "accept", ["*/*", "application/ld+json;q=0.5", "text/html, application/*;q=0.8", ""]
)
def test_who_takes_json_is_answered(client: TestClient, machine: Machine, accept: str) -> None:
    headers = {**machine.headers, "Accept": accept}
    assert client.get(EVENTS, headers=headers).status_code == 200


def test_a_partner_may_ask_what_capture_takes(client: TestClient, machine: Machine) -> None:
    for path, methods in ((CAPTURE, "GET, OPTIONS, POST"), (EVENTS, "GET, OPTIONS")):
        answer = client.options(path, headers=machine.headers)
        assert answer.status_code == 204
        assert answer.headers["Allow"] == methods
        assert answer.headers["GS1-EPCIS-Min"] == answer.headers["GS1-EPCIS-Max"] == "2.0.0"
        assert answer.headers["GS1-EPCIS-Capture-Limit"] == "5000"
        assert answer.headers["GS1-EPCIS-Capture-File-Size-Limit"] == str(10 * 1024 * 1024)
