"""`atmpflow fhir`: a Bundle of a journey; who it is only for who may see it, on the record."""

import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from models.database import transaction
from tests.cli.conftest import Terminal
from tests.factories import journey_at, opened, patient
from tests.fhir.r4 import bundle_faults, faults, of
from tests.fhir.telling import CANARY, canary
from tests.intake.samples import BARS, EXAMPLES, changed, encoded, needs_bars, needs_schema

WHO = ("--identified", "--role", "treating-physician", "--reason", "transfer 3")


def looks(terminal: Terminal, journey: UUID) -> list[tuple[Any, ...]]:
    """Who looked at the patient of a journey."""
    query = (
        "SELECT a.actor, a.role, a.reason FROM identity.access a"
        " JOIN journey j USING (person_id) WHERE j.id = %s"
    )
    with transaction(terminal.database.owner) as connection:
        return [*connection.execute(query, (journey,)).fetchall()]


@needs_schema
def test_a_journey_is_shown_as_a_bundle_twice_the_same_without_a_name(terminal: Terminal) -> None:
    journey = opened(terminal.database.app, patient=canary())
    found = terminal.told("fhir", str(journey))
    assert bundle_faults(found) == []
    assert CANARY not in json.dumps(found)
    assert terminal.told("fhir", str(journey)) == found
    assert looks(terminal, journey) == []


@needs_schema
def test_who_may_see_the_patient_gets_the_name_and_the_look_is_kept(terminal: Terminal) -> None:
    somebody = patient(family_name=CANARY)
    journey = opened(terminal.database.app, patient=somebody)
    found = terminal.told("fhir", str(journey), *WHO)
    assert bundle_faults(found) == []
    (who,) = of(found, "Patient")
    assert who["name"][0]["family"] == CANARY
    assert somebody.nhs_number in {one["value"] for one in who["identifier"]}
    assert looks(terminal, journey) == [("operator-1", "treating-physician", "transfer 3")]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--identified", "--role", "courier", "--reason", "x"), "role-not-allowed"),
        (("--identified", "--role", "manufacturer", "--reason", "x"), "role-not-allowed"),
        (("--identified", "--role", "treating-physician"), "reason-missing"),
    ],
)
def test_who_may_not_see_the_patient_gets_nothing(
    terminal: Terminal, words: tuple[str, ...], code: str
) -> None:
    journey = opened(terminal.database.app)
    (error,) = terminal.refused("fhir", str(journey), *words)
    assert error["code"] == code
    assert looks(terminal, journey) == []


def test_a_file_is_for_its_owner_alone_and_says_the_same_until_something_happens(
    terminal: Terminal, tmp_path: Path
) -> None:
    journey, file = str(opened(terminal.database.app)), tmp_path / "journey.json"
    said = terminal.told("fhir", journey, "--out", str(file))
    assert file.stat().st_mode & 0o077 == 0
    assert said["resources"] == len(json.loads(file.read_text())["entry"])
    assert terminal.told("fhir", journey, "--check", str(file)) == {"same": True, "differs": []}
    bundle = json.loads(file.read_text())
    (audit, *_) = of(bundle, "AuditEvent")
    audit["recorded"] = "2021-01-01T00:00:00Z"
    file.write_text(json.dumps(bundle))
    said = terminal.told("fhir", journey, "--check", str(file), exit_code=5)
    assert said == {"same": False, "differs": ["lines"]}


def test_a_file_that_is_no_journey_is_refused(terminal: Terminal, tmp_path: Path) -> None:
    journey, file = str(opened(terminal.database.app)), tmp_path / "other.json"
    file.write_text('{"resourceType": "Patient"}')
    (error,) = terminal.refused("fhir", journey, "--check", str(file))
    assert error["code"] == "fhir-not-a-journey"


@needs_schema
def test_what_is_recorded_when_stands_in_the_bundle(terminal: Terminal) -> None:
    facts = journey_at(terminal.database.app, "record-consent")
    found = terminal.told("fhir", facts.coi)
    page = terminal.told("journey", facts.coi)
    told = [(one["period"]["start"], one["recorded"]) for one in of(found, "AuditEvent")]
    assert told == [(one["occurred_at"], one["recorded_at"]) for one in page["timeline"]]
    (task,) = of(found, "Task")
    assert task["code"]["text"] == page["waits_for"]
    assert task["restriction"]["period"]["end"] == page["until"]


@needs_schema
@needs_bars
def test_a_refused_message_is_answered_with_an_operation_outcome(terminal: Terminal) -> None:
    file = BARS / "service_request/POST-success.json"
    said = terminal.told("refer", str(file), exit_code=3)
    outcome = said["operation_outcome"]
    assert faults(outcome) == []
    assert "ServiceRequest.basedOn" in {one["expression"][0] for one in outcome["issue"]}
    shown = terminal.run("refer", str(file)).stderr
    assert "basedOn" in shown
    assert "conform" in shown


@needs_schema
def test_a_message_that_is_accepted_is_answered_with_the_journey(
    terminal: Terminal, tmp_path: Path
) -> None:
    message = json.loads((EXAMPLES / "referral-bars.json").read_text())
    file = tmp_path / "message.json"
    file.write_bytes(encoded(message))
    said = terminal.told("refer", str(file))
    (issue,) = said["operation_outcome"]["issue"]
    assert faults(said["operation_outcome"]) == []
    assert (issue["severity"], issue["code"]) == ("information", "informational")
    assert said["opened"][0]["coi"] in issue["details"]["text"]
    # Read all the same, with a warning: what is wrong is nothing that the referral is read from.
    spoilt = changed(message, ("entry", 3, "resource", "Canarybird"), 1)
    file.write_bytes(encoded(spoilt))
    issues = terminal.told("refer", str(file))["operation_outcome"]["issue"]
    assert [one["severity"] for one in issues] == ["warning", "information"]
    assert issues[0]["expression"] == ["Bundle.entry[3].resource"]
