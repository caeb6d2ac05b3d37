"""Identifiers with verdicts that others published, read by path; absent on most machines."""

import json
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "data" / "identifiers"


def vectors(name: str) -> dict[str, Any]:
    """The vectors of one file; skips the test module's run where the folder is absent."""
    file = FOLDER / name
    if not file.exists():
        pytest.skip(f"published vectors {name} are not on this machine", allow_module_level=True)
    return json.loads(file.read_text(encoding="utf-8"))
