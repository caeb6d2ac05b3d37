"""Whoever looks under an account of another centre is told no more than of a journey not there."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from atmpflow.journey import Facts
from atmpflow.people import Actor, Role
from atmpflow.rights import Span
from models.appointing import Given, NewAccount, Why, add, appoint
from models.database import transaction
from tests.cli.conftest import Terminal
from tests.conftest import Database, copied, serving
from tests.factories import held, journey_at

HERE, THERE = "R0A", "RX1"
NOW = datetime.now(UTC)
WHY = Why(Actor("admin-1", Role.ADMINISTRATOR), "rota", NOW)
ROLES = (Role.COMPLIANCE, Role.QP, Role.PHARMACIST, Role.COORDINATOR)

LOOKING = {
    "journey": ("journey", "{coi}"),
    "plot": ("plot", "{coi}", "--out", "{folder}"),
    "checklist": ("checklist", "{coi}"),
    "findings": ("findings", "--journey", "{coi}"),
    "rejected": ("rejected", "--journey", "{coi}"),
    "epcis": ("epcis", "{coi}"),
    "fhir": ("fhir", "{coi}"),
    "passport": ("passport", "{coi}", "--out", "{folder}"),
    "trail": ("trail", "--journey", "{coi}"),
    "inspect": ("inspect", "--journey", "{coi}", "--no-verify", "--out", "{folder}"),
    "label": ("label", "--journey", "{coi}", "--out", "{folder}/label.pdf"),
}
"""What shows something of a journey that is named."""

ACTING = {
    "review": ("review", "{coi}", "--role", "qualified-person", "--yes"),
    "sign": ("sign", "{coi}", "--meaning", "certified", "--stdin"),
    "replan": ("replan", "{coi}", "--missed", "bed"),
    "who": ("who", "{coi}", "--role", "coordinator", "--reason", "R-1"),
    "erase": ("erase", "{coi}", "--reason", "R-1", "--yes"),
}
"""What shows something of it to somebody who acts in a role."""


FINDING = """
INSERT INTO finding (check_id, subject, journey_id, severity, owner, found, opened_at, last_seen_at)
VALUES ('hold-overdue', %(it)s::text, %(it)s, 'major', 'compliance-officer', 'held', now(), now())
"""


@pytest.fixture(scope="module")
def scene(prepared_database: Database, tmp_path_factory: Any) -> Iterator[tuple[Database, Facts]]:
    """A journey of one centre, with a label, a leg and a hold; and people of two centres."""
    folder: Path = tmp_path_factory.mktemp("sight")
    with copied(prepared_database, folder) as database, serving(database):
        facts = held(database.app, journey_at(database.app, "certify-batch"))
        with transaction(database.app) as connection:
            for site in (HERE, THERE):
                add(connection, NewAccount(f"of-{site}", "Somebody", site), WHY)
                for role in ROLES:
                    span = Span(NOW - timedelta(days=1), NOW + timedelta(days=9))
                    appoint(connection, f"of-{site}", Given(role, span, site), WHY)
        yield database, facts


def _asked(
    scene: tuple[Database, Facts], words: tuple[str, ...], site: str, folder: Path
) -> tuple[int, str]:
    database, facts = scene
    given = [one.format(coi=facts.coi, folder=folder) for one in words]
    result = Terminal(database).run(*given, "--as", f"of-{site}", typed="x\n1\n")
    return result.exit_code, result.output


@pytest.mark.parametrize("name", LOOKING)
def test_a_journey_is_shown_at_its_own_centre_and_not_there_at_another(
    scene: tuple[Database, Facts], name: str, tmp_path: Path
) -> None:
    seen, _ = _asked(scene, LOOKING[name], HERE, tmp_path)
    hidden, said = _asked(scene, LOOKING[name], THERE, tmp_path)

    assert seen in (0, 5)
    assert hidden == 3
    assert "There is no such journey" in said


@pytest.mark.parametrize("name", ACTING)
def test_what_is_done_with_a_journey_shows_nothing_of_it_at_another_centre(
    scene: tuple[Database, Facts], name: str, tmp_path: Path
) -> None:
    code, said = _asked(scene, ACTING[name], THERE, tmp_path)

    assert code == 3
    assert "not for this site" in said
    assert "kymriah" not in said


def test_lists_hold_nothing_of_another_centre(scene: tuple[Database, Facts]) -> None:
    database, facts = scene
    desk = Terminal(database)
    desk.refused(
        "record", "place-hold", "--journey", facts.coi, "--reason", "DEV-2",
        "--role", "compliance-officer", "--as", f"of-{THERE}", "--key", str(uuid4()),
    )  # fmt: skip
    with transaction(database.app) as connection:
        connection.execute(FINDING, {"it": facts.journey})
    lists = (("journeys",), ("rejected",), ("findings",), ("trace", "--journey", facts.coi))
    for words in lists:
        own = desk.told(*words, "--as", f"of-{HERE}")
        other = desk.told(*words, "--as", f"of-{THERE}")
        assert any(facts.coi in str(one) or str(facts.journey) in str(one) for one in own), words
        assert not any(facts.coi in str(one) or str(facts.journey) in str(one) for one in other), (
            words
        )


def test_an_account_that_is_not_there_sees_nothing(scene: tuple[Database, Facts]) -> None:
    database, facts = scene
    for words in LOOKING.values():
        given = [one.format(coi=facts.coi, folder="/nowhere") for one in words]
        (error,) = Terminal(database).refused(*given, "--as", "nobody-1")
        assert error["code"] == "account-unknown"
