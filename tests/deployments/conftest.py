"""One installation for all tests of the runtime."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stack import Installation, installation

PROJECT = Path(__file__).parent / "project"


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    state_dir = tmp_path_factory.mktemp("installation")
    with installation(state_dir, prefect_file=PROJECT / "prefect.yaml") as running:
        yield running
