"""The standard's own 47 examples: accepted, read and written again the same, each event once."""

import json
from pathlib import Path

import pytest

from atmpflow.epcis.document import read
from tests.epcis.samples import EXAMPLES, in_schema, needs_examples

pytestmark = needs_examples


def test_every_official_example_is_there() -> None:
    assert len(EXAMPLES) == 47


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.stem)
def test_an_official_example_is_accepted(file: Path) -> None:
    found = read(json.loads(file.read_text(encoding="utf-8")))

    assert found.problems == ()
    assert found.events


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.stem)
def test_an_official_example_is_written_again_as_it_was_read(file: Path) -> None:
    for one in read(json.loads(file.read_text(encoding="utf-8"))).events:
        again = one.event.model_dump(mode="json", by_alias=True, exclude_unset=True)
        assert again == one.raw


def test_the_official_schema_takes_the_official_examples_too() -> None:
    """So that what it lets pass elsewhere means something."""
    assert not [one for file in EXAMPLES for one in in_schema(json.loads(file.read_bytes()))]
