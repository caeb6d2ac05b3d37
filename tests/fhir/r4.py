"""The official R4 JSON Schema, and what else must hold of a Bundle."""

import json
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from typing import Any

from jsonschema import Draft6Validator

from tests.intake.samples import SCHEMA


@cache
def _definitions() -> dict[str, Any]:
    return json.loads(SCHEMA.read_text())["definitions"]


@cache
def validator(kind: str) -> Draft6Validator:
    """Of one resource type."""
    return Draft6Validator({"$ref": f"#/definitions/{kind}", "definitions": _definitions()})


def faults(resource: dict[str, Any]) -> list[str]:
    """What the schema holds against a resource, with where."""
    kind = resource["resourceType"]
    return [
        f"{kind}.{'.'.join(map(str, one.absolute_path))}: {one.message[:160]}"
        for one in validator(kind).iter_errors(resource)
    ]


def resources(bundle: dict[str, Any]) -> list[dict[str, Any]]:
    return [entry["resource"] for entry in bundle["entry"]]


def of(bundle: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    """The resources of one type."""
    return [one for one in resources(bundle) if one["resourceType"] == kind]


def references(value: Any) -> Iterator[str]:
    """Every reference below a value."""
    if isinstance(value, list):
        for one in value:
            yield from references(one)
    elif isinstance(value, dict):
        if isinstance(value.get("reference"), str):
            yield value["reference"]
        for one in value.values():
            yield from references(one)


def backwards(value: Any) -> Iterator[Any]:
    """Every period below a value that ends before it begins (R4's per-1)."""
    if isinstance(value, list):
        for one in value:
            yield from backwards(one)
    elif isinstance(value, dict):
        start, end = value.get("start"), value.get("end")
        if isinstance(start, str) and isinstance(end, str) and _at(start) > _at(end):
            yield value
        for one in value.values():
            yield from backwards(one)


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def bundle_faults(bundle: dict[str, Any]) -> list[str]:
    """What is wrong with a Bundle: shapes, ids used twice, references that lead nowhere."""
    found = [fault for one in resources(bundle) for fault in faults(one)]
    urls = [entry["fullUrl"] for entry in bundle["entry"]]
    found += [f"twice: {url}" for url in set(urls) if urls.count(url) > 1]
    found += [f"nowhere: {one}" for one in set(references(bundle)) - set(urls)]
    bare = {**bundle, "entry": [{"fullUrl": url} for url in urls]}
    return found + faults(bare)
