"""One installation for all tests of the runtime."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.stack import Installation, installation

PROJECT = Path(__file__).parent / "project"


@pytest.fixture(scope="session")
def installed(new_folder: Callable[[str], Path]) -> Iterator[Installation]:
    state_dir = new_folder("installation")
    with installation(state_dir, prefect_file=PROJECT / "prefect.yaml") as running:
        yield running
