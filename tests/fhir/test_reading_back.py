"""Reading our own Bundles back, and everything that is not ours."""

import copy
import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atmpflow.errors import Refused
from atmpflow.events.administration import DoseAdministered
from atmpflow.events.admission import SlotsBooked
from atmpflow.events.collection import CollectionCompleted
from atmpflow.events.manufacture import ManufactureCompleted
from atmpflow.events.shipment import CourierBooked
from atmpflow.products.catalogue import catalogue
from tasks.intake.fhir_journey import retold
from tasks.intake.reader import read
from tests.fhir.telling import canary, entries, told
from tests.intake.samples import SCHEMA, encoded, places
from tests.memory import whole

R4_EXAMPLES = SCHEMA.parents[1] / "r4-examples"
FILES = sorted(R4_EXAMPLES.glob("*.json"))
needs_examples = pytest.mark.skipif(not FILES, reason="the published R4 examples are not here")


@given(product=st.sampled_from(sorted(catalogue())), part=st.floats(0, 1))
def test_every_identifier_and_moment_comes_back(product: str, part: float) -> None:
    states = whole(product)
    facts = states[round(part * (len(states) - 1))]
    found = retold(json.loads(json.dumps(told(facts, canary()))))
    assert (found.journey, found.coi, found.product) == (facts.journey, facts.coi, product)
    collected = [event.unit for _, event in facts.ever(CollectionCompleted)]
    made = [unit for _, event in facts.ever(ManufactureCompleted) for unit in event.units]
    assert [*found.material] == collected
    assert {*found.units} >= {*collected, *made}
    assert [*found.shipments] == [event.shipment for _, event in facts.ever(CourierBooked)]
    doses = [(event.started_at, event.ended_at) for _, event in facts.ever(DoseAdministered)]
    assert [*found.doses] == doses
    slots = [slot for _, event in facts.ever(SlotsBooked) for slot in event.slots]
    assert [*found.slots] == [(slot.starts_at, slot.ends_at) for slot in slots]
    recorded = entries(facts)
    for row, line in zip(facts.history, found.lines, strict=True):
        assert (line.number, line.event) == (row.seq, row.event.name)
        assert (line.actor, line.role) == (row.actor.id, row.actor.role)
        assert line.occurred_at == row.occurred_at
        assert line.recorded_at == recorded[row.seq].recorded_at


def _refused(value: Any) -> Refused:
    with pytest.raises(Refused) as caught:
        retold(value)
    return caught.value


@needs_examples
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_no_published_example_crashes_the_reading(file: Path) -> None:
    raw = file.read_bytes()
    for result in read(raw, file.name):
        assert result.referral is None
        assert all(one.code and one.message and one.remedy for one in result.refused)
    assert _refused(json.loads(raw)).code in ("fhir-not-a-journey", "fhir-not-conformant")


def test_a_message_is_no_journey() -> None:
    found = _refused({"resourceType": "Bundle", "type": "message"})
    assert (found.code, found.field) == ("fhir-not-a-journey", "type")


@given(st.data())
def test_a_spoilt_bundle_is_refused_or_read_but_never_crashes(data: st.DataObject) -> None:
    bundle = copy.deepcopy(SMALL)
    path = data.draw(st.sampled_from(PLACES))
    target: Any = bundle
    for key in path[:-1]:
        target = target[key]
    target[path[-1]] = data.draw(st.sampled_from([None, 1, "x", [], {}, [None], {"a": 1}, True]))
    with suppress(Refused):
        retold(bundle)
    assert read(encoded(bundle), "bundle.json")[0].refused


SMALL = told(whole("kymriah")[30])
PLACES = [*places(SMALL)]
