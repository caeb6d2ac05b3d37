"""Any right event is read and written again the same; found again by its id."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from atmpflow.codes.gs1 import make_giai, make_sscc
from atmpflow.epcis import vocabulary as cbv
from atmpflow.epcis.document import read
from atmpflow.epcis.event_hash import event_hash
from atmpflow.epcis.units import UNITS
from tests.epcis.samples import OURS, document, in_schema

SSCCS = st.integers(0, 10**9 - 1).map(lambda n: f"https://id.gs1.org/00/{make_sscc('9520123', n)}")
UNITS_OF_OURS = st.text("ABC0123456789", min_size=1, max_size=12).map(
    lambda text: f"https://id.gs1.org/8004/{make_giai('9520123', text)}"
)
MOMENTS = (
    st.datetimes()
    .filter(lambda at: at.year >= 1970)
    .map(lambda at: f"{at.isoformat(timespec='milliseconds')}Z")
)
OFFSETS = st.builds(
    "{}{:02d}:{:02d}".format, st.sampled_from("+-"), st.integers(0, 13), st.integers(0, 59)
)
NUMBERS = st.integers(-(10**6), 10**6) | st.floats(-1e6, 1e6, allow_nan=False)
QUANTITIES = st.fixed_dictionaries(
    {
        "epcClass": st.just("urn:epc:class:lgtin:9520123.012345.L1"),
        "quantity": st.integers(1, 10**6),
        "uom": st.sampled_from(sorted(UNITS)),
    }
)
REPORTS = st.fixed_dictionaries(
    {
        "type": st.just("Temperature"),
        "value": NUMBERS,
        "uom": st.sampled_from(["CEL", "FAH", "KEL"]),
    }
)
SENSORS = st.fixed_dictionaries(
    {
        "sensorMetadata": st.fixed_dictionaries({"time": MOMENTS}),
        "sensorReport": st.lists(REPORTS, min_size=1, max_size=3),
    }
)
COMMON = {
    "eventTime": MOMENTS,
    "eventTimeZoneOffset": OFFSETS,
    "disposition": st.sampled_from(sorted(cbv.DISPOSITION.names)),
}
MORE = {
    "sensorElementList": st.lists(SENSORS, min_size=1, max_size=2),
    "readPoint": st.fixed_dictionaries({"id": st.just("urn:epc:id:sgln:9520123.00001.0")}),
    "atmpflow:seal": st.text(max_size=12),
}
OBJECTS = st.fixed_dictionaries(
    {
        "type": st.just("ObjectEvent"),
        "action": st.just("OBSERVE"),
        "bizStep": st.sampled_from(["shipping", "arriving", "inspecting", "storing"]),
        "epcList": st.lists(SSCCS | UNITS_OF_OURS, unique=True, max_size=4),
        **COMMON,
    },
    optional={**MORE, "quantityList": st.lists(QUANTITIES, max_size=2)},
)
AGGREGATIONS = st.fixed_dictionaries(
    {
        "type": st.just("AggregationEvent"),
        "action": st.just("ADD"),
        "bizStep": st.just("packing"),
        "parentID": SSCCS,
        "childEPCs": st.lists(UNITS_OF_OURS, min_size=1, max_size=4),
        **COMMON,
    },
    optional=MORE,
)
TRANSFORMATIONS = st.fixed_dictionaries(
    {
        "type": st.just("TransformationEvent"),
        "inputEPCList": st.lists(UNITS_OF_OURS, unique=True, min_size=1, max_size=3),
        "outputEPCList": st.lists(UNITS_OF_OURS, unique=True, min_size=1, max_size=3),
        **COMMON,
    },
    optional={**MORE, "inputQuantityList": st.lists(QUANTITIES, min_size=1, max_size=2)},
)
EVENTS = OBJECTS | AGGREGATIONS | TRANSFORMATIONS


@given(st.lists(EVENTS, min_size=1, max_size=3))
def test_a_right_document_is_read_and_written_again_the_same(events: list[dict[str, Any]]) -> None:
    found = read(document(*events))

    assert found.problems == ()
    again = [
        one.event.model_dump(mode="json", by_alias=True, exclude_unset=True) for one in found.events
    ]
    assert again == events


@given(EVENTS)
def test_a_right_event_is_right_in_the_schema(event: dict[str, Any]) -> None:
    assert in_schema(document(event)) == []


@given(EVENTS)
def test_an_event_written_again_has_the_same_id(event: dict[str, Any]) -> None:
    (one,) = read(document(event)).events
    again = one.event.model_dump(mode="json", by_alias=True, exclude_unset=True)

    assert one.hash == event_hash(event, OURS) == event_hash(again, OURS)
