"""Documents that tests begin from: the standard's own examples, and small ones of our own."""

import json
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "data" / "epcis"
EXAMPLES = sorted((FOLDER / "examples").rglob("*.jsonld"))
CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
OURS = {"atmpflow": "urn:atmpflow:epcis:"}

SSCC = "https://id.gs1.org/00/095201230000000011"
UNIT = "https://id.gs1.org/8004/9520123G151721000001"

needs_examples = pytest.mark.skipif(
    not EXAMPLES, reason="the standard's schema and examples are not beside the project"
)


@cache
def schema() -> jsonschema.Draft7Validator:
    """The official schema; where it is absent, the test that asks is skipped."""
    file = FOLDER / "EPCIS-JSON-Schema.json"
    if not file.exists():
        pytest.skip("the standard's schema is not beside the project")
    return jsonschema.Draft7Validator(json.loads(file.read_text(encoding="utf-8")))


def in_schema(document: Any) -> list[str]:
    """Where the official schema finds a document wrong."""
    return [f"{one.json_path}: {one.message}" for one in schema().iter_errors(document)]


def document(*events: dict[str, Any], **declared: str) -> dict[str, Any]:
    """A document with these events and prefixes."""
    return {
        "@context": [CONTEXT, {**OURS, **declared}],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-03-01T12:00:00Z",
        "epcisBody": {"eventList": [deepcopy(event) for event in events]},
    }


def moved(**changed: Any) -> dict[str, Any]:
    """A shipper that leaves; None takes a field away."""
    event: dict[str, Any] = {
        "type": "ObjectEvent",
        "eventTime": "2026-03-01T09:30:00.000Z",
        "eventTimeZoneOffset": "+00:00",
        "epcList": [SSCC],
        "action": "OBSERVE",
        "bizStep": "departing",
        "disposition": "in_transit",
    }
    return {name: said for name, said in {**event, **changed}.items() if said is not None}


def packed(**changed: Any) -> dict[str, Any]:
    """A bag put into a shipper; None takes a field away."""
    event: dict[str, Any] = {
        "type": "AggregationEvent",
        "eventTime": "2026-03-01T09:00:00Z",
        "eventTimeZoneOffset": "+00:00",
        "parentID": SSCC,
        "childEPCs": [UNIT],
        "action": "ADD",
        "bizStep": "packing",
    }
    return {name: said for name, said in {**event, **changed}.items() if said is not None}


def measured(*values: tuple[str, float], device: str, **changed: Any) -> dict[str, Any]:
    """Temperatures in degrees Celsius, each with its moment."""
    elements = [
        {
            "sensorMetadata": {"time": at, "deviceID": device},
            "sensorReport": [{"type": "Temperature", "value": celsius, "uom": "CEL"}],
        }
        for at, celsius in values
    ]
    return moved(bizStep="transporting", sensorElementList=elements, **changed)
