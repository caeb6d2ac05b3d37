"""`atmpflow anchor`: makes one, lists them; `doctor` says how old they are and where they are."""

import json
import os
from datetime import timedelta
from pathlib import Path

import pytest

from tasks import clock
from tasks.anchors import where
from tests.cli.conftest import Terminal
from tests.cli.referring import refer


def test_an_anchor_is_made_and_listed(own_terminal: Terminal, tmp_path: Path) -> None:
    refer(own_terminal, tmp_path)
    made = own_terminal.told("anchor")
    assert (made["number"], made["heads"], len(made["kept"])) == (1, 1, 2)
    own_terminal.told("anchor")
    listed = own_terminal.told("anchor", "--list")
    assert [(one["number"], one["why"], one["places"]) for one in listed] == [
        (1, "asked", "2 of 2"),
        (2, "asked", "2 of 2"),
    ]
    assert made["root"][:16] in own_terminal.run("anchor", "--list").stdout


def test_a_place_that_could_not_keep_it_is_named(
    own_terminal: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    folders = (str(tmp_path / "good"), str(blocked))
    monkeypatch.setenv(where.FOLDERS, os.pathsep.join(folders))
    assert own_terminal.told("anchor", exit_code=5)["failed"] == [str(blocked)]
    result = own_terminal.run("anchor")
    assert result.exit_code == 5
    assert "anchor-place-failed" in result.stderr


def test_a_loss_is_accepted_by_the_number_of_a_paper(own_terminal: Terminal) -> None:
    assert own_terminal.run("anchor", "--after-loss", "we lost it").exit_code == 2


def test_the_doctor_asks_for_anchors_and_for_another_disk(
    own_terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def checks() -> dict[str, str]:
        told = json.loads(own_terminal.run("doctor", "--json").stdout)
        return {one["name"]: one["state"] for one in told["checks"]}

    assert checks()["anchors"] == "warn"
    own_terminal.told("anchor")
    found = checks()
    assert (found["anchors"], found["anchor-places"], found["anchor-disks"]) == ("ok", "ok", "warn")
    later = clock.wall() + timedelta(hours=3)
    monkeypatch.setattr(clock, "wall", lambda: later)
    assert checks()["anchors"] == "warn"
    one, _ = own_terminal.database.anchors
    next(one.rglob("*.anchor")).unlink()
    assert checks()["anchor-places"] == "fail"
