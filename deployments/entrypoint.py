"""From a deployment's entrypoint to its flow, so that a module is imported once and stays."""

import importlib
from functools import cache
from pathlib import PurePosixPath
from typing import Any

from prefect import Flow
from prefect.flows import load_flow_from_entrypoint


@cache
def flow_at(entrypoint: str | None) -> Flow[..., Any]:
    """The flow at `flows/collection.py:collection` (or `flows.collection.collection`).

    A path below an importable package is imported as that package's module: Prefect itself would
    run the file anew for every run. Any other file is loaded as Prefect loads it, but once.

    Raises `LookupError` where there is no entrypoint or no such flow, and whatever the module
    raises at import.
    """
    if not entrypoint:
        raise LookupError("the deployment has no entrypoint")
    module, name = _split(entrypoint)
    try:
        found = getattr(importlib.import_module(module), name, None)
    except ModuleNotFoundError as error:
        if error.name is None or not (module == error.name or module.startswith(f"{error.name}.")):
            raise
        return load_flow_from_entrypoint(entrypoint, use_placeholder_flow=False)
    if not isinstance(found, Flow):
        raise LookupError(f"{entrypoint} names no flow")
    return found


def _split(entrypoint: str) -> tuple[str, str]:
    if ":" not in entrypoint:
        module, _, name = entrypoint.rpartition(".")
        return module, name
    path, _, name = entrypoint.rpartition(":")
    parts = PurePosixPath(path).with_suffix("").parts
    return ".".join(part for part in parts if part not in {".", "/"}), name
