"""The words on a label follow from what the unit is, each with its rule."""

from datetime import datetime, timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atmpflow.products.spec import PathwayName
from atmpflow.rules.label_words import Infection, Kind, infection_known, statements
from tests.memory import BEGUN

PATHWAYS, KINDS, INFECTIONS = get_args(PathwayName), get_args(Kind), get_args(Infection)
DAY = timedelta(days=1)


def _warned(pathway: PathwayName, kind: Kind, infection: Infection) -> list[str]:
    said = statements(pathway, kind, infection=infection)
    return [one.text.split(":")[0] for one in said if one.warning]


@pytest.mark.parametrize(
    ("pathway", "infection", "words"),
    [
        ("autologous", "evaluated", ["FOR AUTOLOGOUS USE ONLY"]),
        ("tissue-engineered", "evaluated", ["FOR AUTOLOGOUS USE ONLY"]),
        (
            "autologous",
            "not-evaluated",
            ["FOR AUTOLOGOUS USE ONLY", "NOT EVALUATED FOR INFECTIOUS SUBSTANCES"],
        ),
        ("autologous", "reactive", ["FOR AUTOLOGOUS USE ONLY", "BIOLOGICAL HAZARD"]),
        ("allogeneic", "not-evaluated", []),
        ("in-vivo", "not-evaluated", []),
    ],
)
@pytest.mark.parametrize("kind", KINDS)
def test_warnings_stand_on_what_they_are_for(
    pathway: PathwayName, kind: Kind, infection: Infection, words: list[str]
):
    assert _warned(pathway, kind, infection) == words


@given(st.sampled_from(PATHWAYS), st.sampled_from(KINDS), st.sampled_from(INFECTIONS))
def test_every_statement_has_its_source_and_stands_once(
    pathway: PathwayName, kind: Kind, infection: Infection
):
    said = statements(pathway, kind, infection=infection)
    assert len({one.text for one in said}) == len(said)
    assert all(len(one.source) > 8 for one in said)
    assert ("not for infusion" in " ".join(one.text for one in said)) == (kind == "material")


@pytest.mark.parametrize(
    ("taken", "collected", "known"),
    [
        (BEGUN, BEGUN, "evaluated"),
        (BEGUN, BEGUN + 30 * DAY, "evaluated"),
        (BEGUN, BEGUN + 30 * DAY + timedelta(seconds=1), "not-evaluated"),
        (BEGUN + DAY, BEGUN, "not-evaluated"),
        (None, BEGUN, "not-evaluated"),
        (BEGUN, None, "not-evaluated"),
    ],
)
def test_a_donor_is_evaluated_by_blood_of_the_thirty_days_before(
    taken: datetime | None, collected: datetime | None, known: Infection
):
    assert infection_known(taken, collected) == known


@pytest.mark.parametrize("pathway", PATHWAYS)
@pytest.mark.parametrize("kind", KINDS)
def test_cells_say_that_they_are_and_that_they_are_not_irradiated(pathway: PathwayName, kind: Kind):
    said = [one.text for one in statements(pathway, kind) if not one.warning]
    cells = pathway != "in-vivo"
    assert ("Contains human cells." in said) is (cells and kind == "product")
    assert ("Do not irradiate." in said) is cells


@pytest.mark.parametrize("pathway", PATHWAYS)
def test_nothing_known_of_the_donor_is_not_evaluated(pathway: PathwayName):
    assert statements(pathway, "material") == statements(
        pathway, "material", infection="not-evaluated"
    )
