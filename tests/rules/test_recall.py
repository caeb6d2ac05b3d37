"""A recall takes back the units it names; a caution takes back none."""

from uuid import UUID

import pytest

from atmpflow.events.recall import RecallReached
from atmpflow.journey import Facts
from atmpflow.rules.recall import recalled
from atmpflow.rules.supply import supply
from tests.memory import waiting_for, with_event


def _reached(facts: Facts, recall_class: int, *units: str) -> Facts:
    event = RecallReached(
        recall=UUID(int=recall_class),
        kind="batch",
        lot="B-1",
        recall_class=recall_class,
        reference="RECALL-1",
        units=units,
        keeper="centre",
        given=False,
    )
    return with_event(facts, event, facts.history[-1].occurred_at)


def _units(facts: Facts) -> tuple[str, ...]:
    stock = supply(facts)
    assert stock is not None
    return stock.units


@pytest.mark.parametrize(("recall_class", "taken"), [(1, True), (2, True), (3, True), (4, False)])
def test_classes_one_to_three_take_a_unit_back_and_a_caution_does_not(
    *, recall_class: int, taken: bool
):
    facts = waiting_for("prescribe-dose", "aucatzyl")
    first, second = _units(facts)
    reached = _reached(facts, recall_class, first)
    assert recalled(reached, [first]) is taken
    assert recalled(reached, [second, first]) is taken
    assert not recalled(reached, [second])
    assert not recalled(facts, [first])
    assert not recalled(reached, [])


def test_a_caution_after_a_recall_gives_nothing_back():
    facts = waiting_for("prescribe-dose", "aucatzyl")
    first, second = _units(facts)
    both = _reached(_reached(_reached(facts, 2, first), 4, first), 1, second)
    assert recalled(both, [first])
    assert recalled(both, [second])
