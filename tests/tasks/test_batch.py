"""Batch numbers: the same on a retry, never the same for two journeys."""

from dataclasses import replace
from uuid import UUID

from atmpflow.codes.coi import make as make_coi
from atmpflow.journey import Facts, begin
from tasks.batch import open_batch
from tests.memory import BEGUN, opened

ALIKE = (
    "a7f00000-0000-4000-8000-00000005b2d5",
    "a7f00000-0000-4000-8000-00000010e8ec",
)
"""Journeys whose ids begin alike."""


def _referred(journey: UUID) -> Facts:
    row = opened().history[0]
    coi = make_coi(journey.bytes)
    event = row.event.model_copy(update={"coi": coi})
    return begin(journey, replace(row, event=event))


def test_a_batch_has_the_same_number_on_a_retry():
    facts = _referred(UUID(ALIKE[0]))
    assert open_batch(facts, BEGUN) == open_batch(facts, BEGUN)


def test_journeys_whose_ids_begin_alike_have_batches_of_their_own():
    first, second = (open_batch(_referred(UUID(one)), BEGUN).batch for one in ALIKE)
    assert first != second
