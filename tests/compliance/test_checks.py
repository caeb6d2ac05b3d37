"""Every check names clause, owner and remedy, finds what is wrong, and lets pass what is right."""

from typing import Any

import psycopg
import pytest

from atmpflow.people import Role
from models.compliance.statement import Check, checks, read
from models.compliance.sweep import look_for
from tests.compliance.cases import CASES
from tests.compliance.conftest import World

BY_ID = {one.id: one for one in checks()}


def _found(world: World, superuser: psycopg.Connection[Any], one: Check, rows: str) -> list[str]:
    psycopg.ClientCursor(superuser).execute(rows.encode(), world.values)
    every = [found.subject for found in look_for(superuser, one, world.at)]
    journeys = [value for name, value in world.values.items() if name != "now"]
    narrowed = [found.subject for found in look_for(superuser, one, world.at, journeys)]
    assert sorted(narrowed) == sorted(every), "looking at all journeys by name finds the same"
    return every


def test_every_check_has_a_case_that_fails_and_one_that_passes():
    assert set(CASES) == set(BY_ID)


def test_there_are_at_least_thirty_checks_and_each_says_who_does_what_and_why():
    assert len(BY_ID) >= 30
    roles = {role.value for role in Role}
    for one in BY_ID.values():
        assert one.owner in roles, one.id
        assert len(one.remedy) > 20, one.id
        assert "- " not in one.remedy, f"{one.id}: a word of its remedy is cut in two"
        assert any(letter.isdigit() for letter in one.regulation), f"{one.id} names no clause"


@pytest.mark.parametrize("name", sorted(CASES))
def test_a_check_finds_what_is_wrong(world: World, superuser: Any, name: str):
    assert _found(world, superuser, BY_ID[name], CASES[name].wrong)


@pytest.mark.parametrize("name", sorted(CASES))
def test_a_check_lets_pass_what_is_right(world: World, superuser: Any, name: str):
    assert _found(world, superuser, BY_ID[name], CASES[name].right) == []


@pytest.mark.parametrize("name", sorted(CASES))
def test_the_application_may_read_what_a_check_reads(world: World, name: str):
    url = world.database.application.replace("postgresql+psycopg", "postgresql")
    with psycopg.connect(url) as connection:
        list(look_for(connection, BY_ID[name], world.at))


def test_a_file_that_does_not_say_enough_is_refused():
    with pytest.raises(ValueError, match="begins with"):
        read("SELECT 1")
    with pytest.raises(ValueError, match="a-check"):
        read("-- a-check: A title\n-- Severity: major\nSELECT 1")
