"""Every role on every command, at its own site and another's, trained and not: through the door.

What is expected is worked out here from a table of its own (the law that the state machine is held
against, and the roles written out below), never from the rule.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from atmpflow.errors import Refused
from atmpflow.people import Actor, Role
from atmpflow.rights import ANY, Act, Span
from atmpflow.rules.rights import objections
from models.appointing import Certificate, Given, NewAccount, Why, add, appoint, set_state, train
from models.authority import rights_of
from models.database import transaction
from models.record import Request, record
from tests.conftest import Database, copied, serving
from tests.decisions.test_order import EXAMPLES
from tests.factories import opened
from tests.machine.law import LAWS

NOW = datetime.now(UTC)
DAY = timedelta(days=1)
LASTING = Span(NOW - DAY, NOW + 900 * DAY)
HERE, THERE, PRODUCT = "R0A", "RX1", "kymriah"
WHY = Why(Actor("admin-1", Role.ADMINISTRATOR), "rota", NOW)
TRAININGS = {"valid": LASTING, "expired": Span(NOW - 900 * DAY, NOW - DAY), "none": None}

NEED_TRAINING = {
    "treating-physician", "apheresis-nurse", "cell-laboratory", "courier", "manufacturer",
    "quality-control", "qualified-person", "atmp-pharmacist", "bedside-checker",
}  # fmt: skip
UNTRAINED_MAY = {
    "place-hold", "withdraw", "withdraw-consent", "record-death", "record-deterioration",
    "report-adverse-event", "report-damage",
}  # fmt: skip
PEOPLES = [role.value for role in Role if role is not Role.SYSTEM]
OF_RIGHTS = {"role-not-allowed", "not-appointed", "not-trained", "account-unknown",
             "account-left", "account-locked", "person-needed", "administrator-apart"}  # fmt: skip


@dataclass(frozen=True)
class Place:
    """One account for each role, site and state of training; and a journey at one of the sites."""

    database: Database
    journey: UUID


def _name(role: str, site: str, training: str) -> str:
    return f"{role}.{site}.{training}"


@pytest.fixture(scope="module")
def place(prepared_database: Database, tmp_path_factory: Any) -> Iterator[Place]:
    folder: Path = tmp_path_factory.mktemp("rights")
    with copied(prepared_database, folder) as database, serving(database):
        with transaction(database.app) as connection:
            for role in PEOPLES:
                for site in (HERE, THERE):
                    for training, span in TRAININGS.items():
                        name = _name(role, site, training)
                        add(connection, NewAccount(name, "Somebody", HERE), WHY)
                        appoint(connection, name, Given(Role(role), LASTING, site), WHY)
                        if span is not None:
                            certificate = Certificate(PRODUCT, "product", span, "T-1")
                            train(connection, name, certificate, WHY)
        yield Place(database, opened(database.app, PRODUCT))


def _expected(command: str, role: str, site: str, training: str) -> str | None:
    """The code of the refusal; none where nobody's right stands against it."""
    if role not in LAWS[command].roles:
        return "role-not-allowed"
    if site != HERE:
        return "not-appointed"
    if role in NEED_TRAINING and training != "valid" and command not in UNTRAINED_MAY:
        return "not-trained"
    return None


def _asked(place: Place, command: str, who: Actor) -> str | None:
    """What the door says; a refusal that comes after the question of rights is none of them."""
    request = Request(EXAMPLES[command], who, str(uuid4()), place.journey)
    try:
        record(place.database.app, request, NOW)
    except Refused as refused:
        return refused.code if refused.code in OF_RIGHTS else None
    return None


def _all(place: Place, role: str, commands: list[str]) -> Iterator[str]:
    """Every combination in which the door does something else than the table says."""
    for command in commands:
        for site in (HERE, THERE):
            for training in TRAININGS:
                who = Actor(_name(role, site, training), Role(role))
                told = _asked(place, command, who)
                wanted = _expected(command, role, site, training)
                if told != wanted:
                    yield f"{command} by {who.id}: {told}, not {wanted}"


MAYBE = ("place-hold", "record-collection", "administer-dose", "certify-batch", "fulfil-duty")


@pytest.mark.parametrize("role", PEOPLES)
def test_a_role_does_what_is_its_own_at_its_own_site_with_valid_training(
    place: Place, role: str
) -> None:
    assert list(_all(place, role, list(MAYBE))) == []


@pytest.mark.slow
@pytest.mark.parametrize("role", PEOPLES)
def test_every_command_is_held_to_role_site_and_training(place: Place, role: str) -> None:
    assert list(_all(place, role, sorted(EXAMPLES))) == []


@pytest.mark.parametrize("role", PEOPLES)
def test_the_rule_says_of_every_command_what_the_table_says(place: Place, role: str) -> None:
    """The same of the accounts in the database, without asking the door each time."""
    with transaction(place.database.app) as connection:
        for site in (HERE, THERE):
            for training in TRAININGS:
                rights = rights_of(connection, _name(role, site, training))
                assert rights is not None
                for command in sorted(LAWS):
                    act = Act(command, Role(role), NOW, HERE, PRODUCT)
                    wanted = _expected(command, role, site, training)
                    if wanted == "role-not-allowed":
                        continue
                    found = objections(rights, act)
                    assert (found[0].code if found else None) == wanted, command


def test_what_is_refused_is_kept_with_who_asked(place: Place) -> None:
    who = Actor("nobody-at-all", Role.COORDINATOR)
    assert _asked(place, "place-hold", who) == "account-unknown"
    with transaction(place.database.app) as connection:
        row: Any = connection.execute(
            "SELECT code, role FROM command WHERE actor = 'nobody-at-all' AND outcome = 'rejected'"
        ).fetchone()
    assert row == ("account-unknown", "coordinator")


@pytest.mark.parametrize("state", ["locked", "left"])
def test_an_account_that_is_closed_is_refused_at_once_although_it_was_remembered(
    place: Place, state: Any
) -> None:
    who = Actor(f"soon-{state}", Role.COORDINATOR)
    with transaction(place.database.app) as connection:
        add(connection, NewAccount(who.id, "Somebody", HERE), WHY)
        appoint(connection, who.id, Given(who.role, LASTING, ANY), WHY)
    assert _asked(place, "place-hold", who) is None
    with transaction(place.database.app) as connection:
        set_state(connection, who.id, state, WHY)
    assert _asked(place, "place-hold", who) == f"account-{state}"


MACHINE = NewAccount("robot-1", "A courier's system", HERE, "machine")


def _appointed(place: Place, name: str, role: Role) -> str:
    """What stands against appointing an account to a role."""
    try:
        with transaction(place.database.app) as connection:
            appoint(connection, name, Given(role, LASTING, ANY), WHY)
    except Refused as refused:
        return refused.code
    return ""


def test_a_machine_is_never_appointed_to_decide(place: Place) -> None:
    with transaction(place.database.app) as connection:
        add(connection, MACHINE, WHY)
    for role in (Role.QP, Role.PHYSICIAN, Role.PHARMACIST, Role.CHECKER, Role.COMPLIANCE):
        assert _appointed(place, MACHINE.username, role) == "machine-role"
    assert _appointed(place, MACHINE.username, Role.COURIER) == ""


def test_an_administrator_is_never_anything_else_at_the_same_time(place: Place) -> None:
    boss, qp = _name("administrator", HERE, "none"), _name("qualified-person", HERE, "none")
    assert _appointed(place, boss, Role.QP) == "administrator-apart"
    assert _appointed(place, qp, Role.ADMINISTRATOR) == "administrator-apart"


STUDY, OTHER = "NCT04404660", "NCT00000002"


@pytest.mark.parametrize("held", [STUDY, OTHER, ANY])
def test_who_is_appointed_for_a_trial_acts_in_it_and_nowhere_else(place: Place, held: str) -> None:
    who = Actor(f"for-{held if held != ANY else 'all'}", Role.COORDINATOR)
    with transaction(place.database.app) as connection:
        add(connection, NewAccount(who.id, "Somebody", HERE), WHY)
        appoint(connection, who.id, Given(who.role, LASTING, HERE, held), WHY)
    inside = Place(place.database, opened(place.database.app, PRODUCT, trial=STUDY))

    assert _asked(inside, "place-hold", who) == (None if held != OTHER else "not-appointed")
    assert _asked(place, "place-hold", who) == (None if held == ANY else "not-appointed")
