"""`atmpflow who` and `erase`: seen by those who treat, on the record, and gone when erased."""

import pytest

from atmpflow.commands.after import Withdraw
from atmpflow.people import Actor, Role
from tests.cli.conftest import Terminal
from tests.factories import ask, journey_at, opened, patient


def test_the_patient_of_a_journey_is_shown_to_who_treats_them(terminal: Terminal) -> None:
    ada = patient(family_name="Shown")
    journey = str(opened(terminal.database.app, patient=ada))
    words = ("who", journey, "--role", "treating-physician", "--reason", "visit 3")
    assert terminal.told(*words) == ada.model_dump(mode="json")
    said = terminal.run(*words).stdout
    assert "Shown" in said
    assert ada.nhs_number in said


@pytest.mark.parametrize("role", ["courier", "manufacturer", "quality-control"])
def test_who_does_not_meet_the_patient_is_refused(terminal: Terminal, role: str) -> None:
    journey = str(opened(terminal.database.app))
    (error,) = terminal.refused("who", journey, "--role", role, "--reason", "curious")
    assert error["code"] == "role-not-allowed"


def test_a_look_needs_a_reason(terminal: Terminal) -> None:
    journey = str(opened(terminal.database.app))
    (error,) = terminal.refused("who", journey, "--role", "atmp-pharmacist", "--reason", " ")
    assert (error["code"], error["field"]) == ("reason-missing", "reason")


def test_nobody_but_the_compliance_officer_erases(terminal: Terminal) -> None:
    journey = str(opened(terminal.database.app))
    words = ("erase", journey, "--reason", "request", "--role", "coordinator", "--yes")
    (error,) = terminal.refused(*words)
    assert error["code"] == "role-not-allowed"


def test_an_ended_journeys_patient_is_erased_after_a_second_thought(terminal: Terminal) -> None:
    facts = journey_at(terminal.database.app, "record-consent")
    journey = str(facts.journey)
    words = ("erase", journey, "--reason", "request 12")
    (error,) = terminal.refused(*words, "--yes")
    assert error["code"] == "journey-open"
    withdraw = Withdraw(occurred_at=facts.history[-1].occurred_at, reason="patient-choice")
    ask(terminal.database.app, facts, withdraw, Actor("a-coordinator", Role.COORDINATOR))
    assert terminal.run(*words, typed="n\n").exit_code != 0
    assert terminal.run(*words, typed="y\n").exit_code == 0
    (gone,) = terminal.refused("who", journey, "--role", "coordinator", "--reason", "again")
    assert gone["code"] == "identity-erased"
