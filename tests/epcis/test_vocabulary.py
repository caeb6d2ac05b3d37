"""What the schema lets pass but the vocabulary forbids is refused, and the field is named."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atmpflow.epcis import vocabulary as cbv
from atmpflow.epcis.document import read
from tests.epcis.samples import EXAMPLES, SSCC, UNIT, document, in_schema, moved, packed

AT = "$.epcisBody.eventList[0]"
LOT = "urn:epc:class:lgtin:9520123.012345.L1"


def paths(*events: dict[str, Any]) -> list[str]:
    """Where something is wrong."""
    return [one.path for one in read(document(*events)).problems]


def measure(**report: Any) -> dict[str, Any]:
    """An event with one sensor report."""
    return moved(sensorElementList=[{"sensorReport": [report]}])


REPORT = f"{AT}.sensorElementList[0].sensorReport[0]"

FORBIDDEN: list[tuple[dict[str, Any], str]] = [
    (moved(bizStep="https://ref.gs1.org/cbv/BizStep-sending"), f"{AT}.bizStep"),
    (moved(bizStep="cbv:BizStep-sending"), f"{AT}.bizStep"),
    (moved(bizStep="https://ref.gs1.org/cbv/Disp-active"), f"{AT}.bizStep"),
    (moved(disposition="https://ref.gs1.org/cbv/Disp-lost"), f"{AT}.disposition"),
    (moved(action="ADD"), f"{AT}.action"),
    (moved(action="DELETE"), f"{AT}.action"),
    (moved(bizStep="commissioning"), f"{AT}.action"),
    (moved(bizStep="decommissioning", action="ADD"), f"{AT}.action"),
    (packed(action="DELETE"), f"{AT}.action"),
    (packed(bizStep="unpacking"), f"{AT}.action"),
    (packed(parentID=None), f"{AT}.parentID"),
    (moved(eventTime="2026-02-30T09:30:00Z"), f"{AT}.eventTime"),
    (moved(epcList=["https://id.gs1.org/00/095201230000000012"]), f"{AT}.epcList[0]"),
    (moved(epcList=["urn:epc:id:sscc:9520123.1"]), f"{AT}.epcList[0]"),
    (moved(epcList=[SSCC, LOT]), f"{AT}.epcList[1]"),
    (packed(childEPCs=["https://id.gs1.org/01/09520123123459/21/7"]), f"{AT}.childEPCs[0]"),
    (moved(readPoint={"id": "https://id.gs1.org/414/9520123000012"}), f"{AT}.readPoint.id"),
    (
        moved(quantityList=[{"epcClass": LOT, "quantity": 1, "uom": "QQQ"}]),
        f"{AT}.quantityList[0].uom",
    ),
    (
        moved(quantityList=[{"epcClass": LOT, "quantity": 1.5}]),
        f"{AT}.quantityList[0].quantity",
    ),
    (
        moved(quantityList=[{"epcClass": LOT, "quantity": -2, "uom": "KGM"}]),
        f"{AT}.quantityList[0].quantity",
    ),
    (moved(quantityList=[{"epcClass": LOT, "uom": "KGM"}]), f"{AT}.quantityList[0].uom"),
    (moved(quantityList=[{"epcClass": SSCC}]), f"{AT}.quantityList[0].epcClass"),
    (
        moved(errorDeclaration={
            "declarationTime": "2026-03-02T09:30:00Z",
            "reason": "https://ref.gs1.org/cbv/ER-changed_my_mind",
        }),
        f"{AT}.errorDeclaration.reason",
    ),
    (
        moved(bizTransactionList=[
            {"type": "https://ref.gs1.org/cbv/BTT-x", "bizTransaction": "urn:x:1"}
        ]),
        f"{AT}.bizTransactionList[0].type",
    ),
    (
        moved(sourceList=[{"type": "cbv:SDT-owner", "source": "urn:x:1"}]),
        f"{AT}.sourceList[0].type",
    ),
    (
        moved(persistentDisposition={"set": ["damaged"], "unset": ["damaged"]}),
        f"{AT}.persistentDisposition.unset",
    ),
    (measure(type="Temperature", value=5), f"{REPORT}.uom"),
    (measure(type="Temperature", value=5, uom="KGM"), f"{REPORT}.uom"),
    (measure(type="Temperature", value=5, uom="celsius"), f"{REPORT}.uom"),
    (measure(type="Length", value=5, uom="CEL"), f"{REPORT}.uom"),
    (measure(type="gs1:Warmth", value=5, uom="CEL"), f"{REPORT}.type"),
    (measure(type="Temperature", minValue=8, maxValue=2, uom="CEL"), f"{REPORT}.minValue"),
    ({**moved(), "other:seal": "7"}, f"{AT}['other:seal']"),
]  # fmt: skip


@pytest.mark.parametrize(("event", "path"), FORBIDDEN)
def test_what_the_vocabulary_forbids_is_refused_by_its_path(
    event: dict[str, Any], path: str
) -> None:
    assert path in paths(event)


@pytest.mark.skipif(not EXAMPLES, reason="the standard's schema is not beside the project")
@pytest.mark.parametrize(("event", "path"), FORBIDDEN)
def test_the_schema_alone_would_let_it_pass(event: dict[str, Any], path: str) -> None:
    assert in_schema(document(event)) == []


WRONG: list[tuple[dict[str, Any], str]] = [
    (moved(bizStep="sending"), f"{AT}.bizStep"),
    (moved(bizStep="urn:epcglobal:cbv:bizstep:shipping"), f"{AT}.bizStep"),
    (moved(disposition="on its way"), f"{AT}.disposition"),
    (moved(eventTimeZoneOffset="+15:00"), f"{AT}.eventTimeZoneOffset"),
    (moved(eventTimeZoneOffset="Z"), f"{AT}.eventTimeZoneOffset"),
    (moved(eventTimeZoneOffset=None), f"{AT}.eventTimeZoneOffset"),
    (moved(eventTime="2026-03-01 09:30"), f"{AT}.eventTime"),
    (moved(eventTime="2026-03-01T09:30:00"), f"{AT}.eventTime"),
    (moved(eventTime=None), f"{AT}.eventTime"),
    (moved(action="MOVE"), f"{AT}.action"),
    (moved(epcList=None), f"{AT}.epcList"),
    (moved(epcList=["a bag"]), f"{AT}.epcList[0]"),
    (moved(epcList=[SSCC, SSCC]), f"{AT}.epcList"),
    (moved(epcList=UNIT), f"{AT}.epcList"),
    (moved(bizstep="shipping"), f"{AT}.bizstep"),
    (moved(ilmd={"cbvmda:lotNumber": "7"}), f"{AT}.ilmd"),
    (packed(childEPCs=[]), f"{AT}.childEPCs"),
    (moved(type="MovementEvent"), f"{AT}.type"),
    (moved(type=7), f"{AT}.type"),
    ({**moved(), "disposition": None}, AT),
]


@pytest.mark.parametrize(("event", "path"), WRONG)
def test_what_is_wrong_in_the_schema_is_refused_by_its_path(
    event: dict[str, Any], path: str
) -> None:
    assert path in paths(event)


@pytest.mark.parametrize(
    ("changed", "path"),
    [
        ({"type": "Document"}, "$.type"),
        ({"schemaVersion": "1.2"}, "$.schemaVersion"),
        ({"creationDate": "yesterday"}, "$.creationDate"),
        ({"epcisBody": {}}, "$.epcisBody.eventList"),
        ({"epcisBody": None}, "$"),
        ({"sendr": "us"}, "$.sendr"),
    ],
)
def test_what_is_around_the_events_is_held_to_the_standard(
    changed: dict[str, Any], path: str
) -> None:
    found = read({**document(moved()), **changed})

    assert not found.whole
    assert path in [one.path for one in found.problems]


@pytest.mark.parametrize("nothing", [None, [], "EPCISDocument", 7, {}, {"type": "EPCISDocument"}])
def test_what_is_no_document_is_refused(nothing: Any) -> None:
    assert read(nothing).problems


def test_no_problem_repeats_what_was_sent() -> None:
    secret = "Ada Example 999 000 0018"
    event = moved(bizStep=secret, epcList=[secret], eventTime=secret, disposition=secret)

    assert secret not in str(read(document(event)).problems)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inside: (
        st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=8), inside, max_size=3)
    ),
    max_leaves=8,
)
FIELDS = st.sampled_from(
    ["eventTime", "epcList", "action", "bizStep", "readPoint", "sensorElementList", "ilmd",
     "quantityList", "bizTransactionList", "sourceList", "persistentDisposition", "type",
     "errorDeclaration", "eventTimeZoneOffset", "@context", "eventID", "certificationInfo"]
)  # fmt: skip


@given(FIELDS, JSON)
def test_anything_in_any_field_is_answered_and_never_breaks(field: str, value: Any) -> None:
    found = read(document({**moved(), field: value}))

    assert found.whole
    assert bool(found.problems) != bool(found.events)


@pytest.mark.skipif(not EXAMPLES, reason="the standard's schema is not beside the project")
@given(FIELDS, JSON)
def test_what_the_schema_refuses_is_never_accepted(field: str, value: Any) -> None:
    sent = document({**moved(), field: value})

    if in_schema(sent):
        assert read(sent).problems


@pytest.mark.skipif(not EXAMPLES, reason="the standard's schema is not beside the project")
def test_the_vocabulary_is_that_of_the_schema() -> None:
    file = EXAMPLES[0].parents[2] / "EPCIS-JSON-Schema.json"
    told = json.loads(file.read_text(encoding="utf-8"))["definitions"]
    ours = {
        "bizStep": cbv.BIZ_STEP,
        "disposition": cbv.DISPOSITION,
        "bizTransaction-type": cbv.TRANSACTION,
        "source-dest-type": cbv.PARTY,
        "error-reason": cbv.REASON,
        "component": cbv.COMPONENT,
        "sensorAlertType": cbv.ALERT,
        "measurementType": cbv.MEASUREMENT,
    }
    theirs = {
        name: {word for one in told[name]["anyOf"] for word in one.get("enum", ())} for name in ours
    }

    assert theirs == {name: set(words.names) for name, words in ours.items()}
