"""Referrals to test with: our examples, the published BaRS messages, and ways to spoil them."""

import copy
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
BARS = ROOT.parent / "shared/data/fhir/nhs-bars/specification/examples"
SCHEMA = ROOT.parent / "shared/data/fhir/schema/fhir-r4-4.0.1.schema.json"
NOW = datetime(2026, 3, 9, 12, 0, tzinfo=UTC)

needs_bars = pytest.mark.skipif(not BARS.exists(), reason="published BaRS samples are not here")
needs_schema = pytest.mark.skipif(not SCHEMA.exists(), reason="the R4 JSON Schema is not here")

IDENTITY = {
    "nhs_number": "9990001014",
    "family_name": "Testpatient-Alder",
    "given_name": "Synthetic Anna",
    "birth_date": "1961-04-17",
    "sex": "female",
}


def content(*, patient: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    """A right referral in our JSON, with changes; a field changed to None is left out."""
    right = {
        "source_reference": "RWP-2026-0107",
        "referring_organisation": "RWP",
        "treating_centre": "RRK",
        "product": "kymriah",
        "referred_on": "2026-03-02",
        **changes,
        "patient": {**IDENTITY, **(patient or {})},
    }
    right["patient"] = {
        name: value for name, value in right["patient"].items() if value is not None
    }
    return {name: value for name, value in right.items() if value is not None}


def encoded(value: Any) -> bytes:
    return json.dumps(value).encode()


def bars_example() -> dict[str, Any]:
    return json.loads((EXAMPLES / "referral-bars.json").read_text())


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every element below a JSON value."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for key, below in pairs:
        yield (*path, key)
        if isinstance(below, dict | list):
            yield from places(below, (*path, key))


def changed(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    """A copy with the element at `path` replaced; removed when `new` is `...`."""
    result = copy.deepcopy(value)
    target = result
    for key in path[:-1]:
        target = target[key]
    if new is ...:
        del target[path[-1]]
    else:
        target[path[-1]] = new
    return result
