"""A demonstration is apart from everything that is real."""

import os
from pathlib import Path

import pytest

from deployments.settings import Settings
from desk.demo.run import REAL, simulation
from tests.conftest import Database


def test_a_demonstration_never_finds_its_way_to_a_database_of_the_users(
    database: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    """Its simulated people may do everything: they must never be enrolled among real ones."""
    for name in REAL:
        monkeypatch.setenv(name, database.application)
    with simulation(tmp_path):
        there = Settings(state_dir=tmp_path)
        assert (there.database_url, there.owner_database_url) == (None, None)
        assert (there.prefect_database_url, there.prefect_api_url) == (None, None)
        assert not set(REAL) & set(os.environ)
    assert {os.environ[name] for name in REAL} == {database.application}
