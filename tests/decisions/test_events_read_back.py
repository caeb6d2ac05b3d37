"""Every event is read back from its payload as it was, and seals to the same hash."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atmpflow.commands import COMMANDS
from atmpflow.events import EVENTS, read_event
from models.chain import GENESIS, content_hash, seal
from tests.memory import whole
from tests.strategies import contents


@pytest.mark.parametrize("name", sorted(EVENTS))
@given(data=st.data())
def test_an_event_comes_back_from_json_as_it_went_in(name: str, data: st.DataObject):
    event = data.draw(contents(EVENTS[name]))
    stored = json.loads(json.dumps(event.payload()))
    again = read_event(name, stored)
    assert again == event
    assert again.payload() == event.payload()
    assert seal(GENESIS, again.payload()) == seal(GENESIS, event.payload())


@pytest.mark.parametrize("name", sorted(COMMANDS))
@given(data=st.data())
def test_a_command_that_comes_twice_has_the_same_content(name: str, data: st.DataObject):
    command = data.draw(contents(COMMANDS[name]))
    payload = command.model_dump(mode="json")
    again = COMMANDS[name].model_validate(json.loads(json.dumps(payload)))
    assert again == command
    assert content_hash(name, again.model_dump(mode="json")) == content_hash(name, payload)


def test_an_event_with_an_unknown_field_is_not_read():
    with pytest.raises(ValueError, match="surplus"):
        read_event("referral.accepted", {"surplus": 1})


@pytest.mark.parametrize("product", ["aucatzyl", "ebvallo", "zolgensma", "holoclar"])
def test_a_whole_history_reads_back(product: str):
    for row in whole(product)[-1].history:
        assert read_event(row.event.name, json.loads(json.dumps(row.event.payload()))) == row.event
