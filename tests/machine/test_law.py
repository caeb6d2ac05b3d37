"""The oracle's law leaves nothing out: a new command or event has its line, or is named here."""

from atmpflow.commands import COMMANDS
from atmpflow.course import ENDINGS
from atmpflow.events import EVENTS
from atmpflow.journey import HOLDS
from tests.machine import asking, law
from tests.machine.known import EVENTS as TOLD
from tests.machine.tables import STAYING, cleared, of_journey
from tests.machine.world import PATIENTS


def test_every_command_has_its_law_and_every_law_its_command():
    assert set(COMMANDS) - set(law.LAWS) == set(), "add a line to LAWS in tests/machine/law.py"
    assert set(law.LAWS) - set(COMMANDS) == set()


def test_every_command_is_asked_of_the_machine():
    assert {kind.name for kind in asking.KINDS} == set(COMMANDS)


def test_every_event_is_brought_by_some_command():
    assert set(EVENTS) - TOLD == set(), "name it in LAWS, in tests/machine/law.py"
    assert TOLD - set(EVENTS) == set()


def test_holds_and_endings_are_those_of_the_law():
    assert {kind.name for kind in HOLDS} == set(law.HOLDS)
    assert ENDINGS == law.ENDINGS


def test_the_steps_that_the_law_names_are_brought_by_some_command():
    named = {step.partition("/")[0] for one in law.LAWS.values() for step in one.after}
    assert named - {"*", "nothing"} <= TOLD - law.ASIDE


def test_every_product_of_the_world_has_its_label():
    assert {product for product, _ in PATIENTS} == set(law.LABELS)


def test_every_table_is_a_journeys_or_emptied_or_stays_on_purpose():
    nobodys = {table.name for table in cleared() if of_journey(table) is None}
    assert nobodys == EMPTIED, "say in tests/machine/tables.py whose rows these are"
    assert {table.name for table in cleared()}.isdisjoint(STAYING)


EMPTIED = {"recall", "recall_closing", "epcis_document", "epcis_capture", "epcis_event"}
"""Tables without a journey, which are empty at the beginning of an example."""
