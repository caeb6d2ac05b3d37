"""Who has the cells that were not given, how many, and what the patient wished for them."""

from itertools import groupby

import pytest

from atmpflow.events.admission import ConsentGiven
from atmpflow.events.consent import ConsentWithdrawn, LeftOver, TreatmentStopped
from atmpflow.journey import Facts
from atmpflow.rules.administration import treated
from atmpflow.rules.consent import left_over, wish
from tests.memory import opened, waiting_for, whole, with_event

NOBODY = ("nobody", 0)


def _changes(product: str) -> list[tuple[str, tuple[str, int]]]:
    """After which event somebody else has the cells, or other cells."""
    had = [(facts.history[-1].event.name, left_over(facts)) for facts in whole(product)]
    kept = [(name, (cells.keeper, len(cells.units))) for name, cells in had]
    return [next(group) for _, group in groupby(kept, key=lambda one: one[1])]


def test_a_patients_own_cells_go_to_the_maker_and_come_back():
    assert _changes("aucatzyl") == [
        ("referral.received", NOBODY),
        ("collection.completed", ("centre", 1)),
        ("shipment.collected", ("manufacturer", 1)),
        ("manufacture.started", ("manufacturer", 0)),
        ("manufacture.completed", ("manufacturer", 2)),
        ("shipment.collected", ("centre", 2)),
        ("dose.administered", ("centre", 1)),
        ("treatment.completed", NOBODY),
    ]


def test_units_from_stock_and_to_order_are_the_makers_until_they_are_sent():
    assert _changes("ebvallo") == [
        ("referral.received", NOBODY),
        ("unit.allocated", ("manufacturer", 3)),
        ("shipment.collected", ("centre", 3)),
        ("dose.administered", ("centre", 2)),
        ("dose.administered", ("centre", 1)),
        ("treatment.completed", NOBODY),
    ]
    assert [name for name, _ in _changes("zolgensma")] == [
        "referral.received",
        "order.confirmed",
        "shipment.collected",
        "treatment.completed",
    ]


def _consented(unused_cells: str) -> Facts:
    facts = waiting_for("start-manufacture")
    given = facts.last(ConsentGiven)
    assert given is not None
    said = given.model_copy(update={"unused_cells": unused_cells})
    return with_event(facts, said, facts.history[-1].occurred_at)


@pytest.mark.parametrize("said", ["destroy", "keep", "research"])
def test_what_the_patient_last_wished_is_done(said: str):
    facts = _consented(said)
    assert wish(facts) == left_over(facts).unused_cells == said
    at = facts.history[-1].occurred_at
    silent = ConsentWithdrawn(scopes=("treatment",), unused_cells=None)
    assert wish(with_event(facts, silent, at)) == said
    other = ConsentWithdrawn(scopes=("treatment",), unused_cells="keep")
    assert left_over(with_event(facts, other, at)).unused_cells == "keep"


def test_where_nothing_was_said_cells_are_destroyed():
    assert left_over(opened()) == LeftOver(units=(), unused_cells="destroy", keeper="nobody")


def test_treatment_is_over_when_it_was_completed_or_stopped():
    facts = waiting_for("start-manufacture")
    assert not treated(facts)
    stopped = TreatmentStopped(doses=1, units=(), unused_cells="destroy", keeper="nobody")
    assert treated(with_event(facts, stopped, facts.history[-1].occurred_at))
    assert treated(whole()[-1])
