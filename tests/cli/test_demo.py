"""A demonstration is apart from everything real; its JSON is one object whose keys stay."""

import json
import os
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from atmpflow.errors import Refused
from deployments.settings import Settings
from desk.demo.play import Course, Played
from desk.demo.run import REAL, report, simulation
from tests.conftest import Database
from tests.memory import waiting_for

KEYS = {"simulated", "finished", "journeys", "events", "refused", "seconds"}
OF_EACH = {"journey", "coi", "pathway", "product", "last_stage", "events", "seconds"}


def _played() -> Played:
    facts = [waiting_for("record-follow-up", product) for product in ("kymriah", "holoclar")]
    courses = {one.journey: Course(one, began=10.0, ended=12.5) for one in facts}
    return Played(courses, [Refused("product-unknown", "product", "None.", "Give one.")])


def test_what_became_of_all_journeys_is_one_object_with_its_keys(
    capsys: pytest.CaptureFixture[str],
):
    beside = StringIO()
    report(_played(), Console(file=beside), as_json=True, seconds=60.123)
    found = json.loads(capsys.readouterr().out)
    assert beside.getvalue() == ""
    assert set(found) == KEYS
    assert found["seconds"] == 60.12
    assert found["finished"] is True
    assert found["refused"] == ["product-unknown"]
    assert [set(one) for one in found["journeys"]] == [OF_EACH] * len(found["journeys"])
    assert {(one["pathway"], one["product"], one["last_stage"]) for one in found["journeys"]} == {
        ("autologous", "kymriah", "follow_up"),
        ("tissue-engineered", "holoclar", "follow_up"),
    }
    assert {one["seconds"] for one in found["journeys"]} == {2.5}


def test_one_that_is_still_open_is_not_finished():
    played = _played()
    next(iter(played.courses.values())).ended = None
    assert played.summary()["finished"] is False


def test_people_read_one_line_that_says_what_was_simulated():
    said = StringIO()
    report(_played(), Console(file=said, width=200), as_json=False, seconds=60.123)
    assert "60.1 s in all. The site and its time were simulated." in said.getvalue()


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
