"""Nobody is given what is not on the shelf: an allocation is held against the stock itself."""

from datetime import timedelta
from typing import Any

import pytest

from atmpflow.commands.admission import AllocateUnit
from atmpflow.journey import Facts
from atmpflow.people import Role
from desk.simulation.people import actor
from tasks.stock import allocate_unit
from tests.conftest import Database
from tests.factories import ask, journey_at, refused

COORDINATOR = actor(Role.COORDINATOR)


@pytest.fixture
def waiting(database: Database) -> Facts:
    return journey_at(database.app, "allocate-unit", "ebvallo")


def _right(facts: Facts) -> AllocateUnit:
    assert facts.since is not None
    return allocate_unit(facts, facts.since)


@pytest.mark.parametrize(
    "changed",
    [
        {"units": ("X-1", "X-2", "X-3")},
        {"batch": "ANOTHER"},
        {"certified_by": "nobody-in-particular"},
        {"hla": ("A*02:01", "DRB1*15:01")},
        {"hla": ("B*07:02", "C*07:02"), "restricted_by": ("B*07:02",)},
    ],
    ids=["units", "batch", "signer", "HLA type", "restriction"],
)
def test_what_the_shelf_does_not_say_is_refused(
    database: Database, waiting: Facts, changed: dict[str, Any]
):
    wrong = _right(waiting).model_copy(update=changed)
    assert refused(database.app, waiting, wrong, COORDINATOR).code == "unit-not-in-stock"


def test_no_unit_lasts_longer_than_the_shelf_says(database: Database, waiting: Facts):
    right = _right(waiting)
    later = right.model_copy(update={"expires_at": right.expires_at + timedelta(days=1)})
    assert refused(database.app, waiting, later, COORDINATOR).code == "unit-not-in-stock"


def test_a_coordinator_may_allocate_what_is_on_the_shelf(database: Database, waiting: Facts):
    assert ask(database.app, waiting, _right(waiting), COORDINATOR).events == ("unit.allocated",)
