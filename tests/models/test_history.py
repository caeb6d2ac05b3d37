"""Facts are remembered for one newest event only: what another process did is never missed."""

from datetime import UTC, datetime
from uuid import uuid4

from desk.simulation.step import present
from models.history import MEMORY, Known, Memory
from models.record import Request, record
from tests.conftest import Database
from tests.factories import journey_at, move_of
from tests.memory import opened
from tests.models.rows import select

ONE, OTHER = b"1" * 32, b"2" * 32


def test_facts_are_given_for_the_head_they_were_kept_with_and_for_no_other():
    memory, facts = Memory(), opened()
    memory.put(Known(facts, ONE))
    assert memory.get(facts.journey, ONE) == facts
    assert memory.get(facts.journey, OTHER) is None
    assert memory.get(uuid4(), ONE) is None


def test_the_journey_longest_unused_is_forgotten_first():
    memory = Memory(size=2)
    first, second, third = (opened(name=name) for name in ("one", "two", "three"))
    for facts in (first, second, first, third):
        memory.put(Known(facts, ONE))
    assert memory.get(second.journey, ONE) is None
    assert memory.get(first.journey, ONE) == first
    assert memory.get(third.journey, ONE) == third


def test_what_another_process_has_recorded_since_is_seen(database: Database):
    stale = journey_at(database.app, "record-screening")
    head = select(database.app, "SELECT head FROM journey WHERE id = %s", stale.journey)[0][0]
    move = move_of(stale)
    first = Request(move.command, move.actor, str(uuid4()), stale.journey, stale.version)
    assert record(database.app, first, datetime.now(UTC)).version == stale.version + 1
    # As in a process that has not heard of it: its memory ends before that event.
    MEMORY.put(Known(stale, head))
    assert present(database.app, stale.journey).version == stale.version + 1
