"""Lots are a set: two bottles of one lot are two scans, and one lot on record."""

from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atmpflow.events.manufacture import BatchOpened, Ingredients, Lot
from models.database import transaction
from models.projections.recall import lots_used
from models.trace import trace
from tests.conftest import Database
from tests.factories import ask, journey_at, move_of
from tests.memory import waiting_for
from tests.models.rows import select

NUMBERS = st.sampled_from(["L-1", "L-2", "l-1"])
LOTS = st.builds(Lot, kind=st.sampled_from(["vector", "medium"]), lot=NUMBERS)


@pytest.mark.parametrize("waits", ["start-manufacture", "complete-manufacture"])
def test_a_lot_of_which_two_bottles_were_scanned_is_on_record_once_and_found(
    database: Database, waits: str
):
    bottle, other = (Lot(kind="medium", lot=f"M-{uuid4().hex[:6]}") for _ in range(2))
    facts = journey_at(database.app, waits)
    move = move_of(facts)
    named = (bottle, other, bottle)
    ask(database.app, facts, move.command.model_copy(update={"lots": named}), move.actor)
    query = "SELECT lot FROM material_lot WHERE journey_id = %s"
    kept = [lot for (lot,) in select(database.app, query, facts.journey)]
    assert sorted(kept) == sorted((bottle.lot, other.lot))
    with transaction(database.app) as connection:
        found = trace(connection, "lot", bottle.lot)
    assert facts.journey in {link.journey for link in found}


@given(st.lists(LOTS, max_size=6))
def test_each_lot_that_was_named_is_on_record_once(lots: list[Lot]):
    facts = waiting_for("start-manufacture")
    row, _ = facts.ever(BatchOpened)[-1]
    changes = list(lots_used(Ingredients(lots=tuple(lots)), row, facts))
    kept = [(one.values["kind"], one.values["lot"]) for one in changes]
    assert len(kept) == len(set(kept))
    assert set(kept) == {(one.kind, one.lot) for one in lots}
