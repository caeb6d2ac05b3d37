"""`atmpflow passport`: two files beside one another, and what checking them says."""

import json
from hashlib import sha256
from pathlib import Path

import pytest

from tasks.anchors import where
from tasks.anchors.key import public_file
from tasks.passport.key import key_file
from tests.cli.conftest import Terminal
from tests.cli.referring import refer
from tests.passport import script

SOMEBODY_ELSE = "00" * 31 + "09 2026-01-01"


@pytest.fixture
def coi(own_terminal: Terminal, tmp_path: Path) -> str:
    """A journey at RX1 that was just referred."""
    return refer(own_terminal, tmp_path, source_reference="UBRN-77")["coi"]


@pytest.fixture
def desk(own_terminal: Terminal, coi: str, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Whoever runs the installation, with nobody named as looking."""
    monkeypatch.delenv("ATMPFLOW_ACCOUNT")
    return own_terminal


def test_a_passport_is_written_checked_and_refused_when_it_was_changed(
    desk: Terminal, coi: str, tmp_path: Path
) -> None:
    desk.told("anchor")
    told = desk.told("passport", coi, "--out", str(tmp_path / "out"))
    file, paper = map(Path, told["files"])
    assert (file.name, paper.name) == (f"{coi}.passport.json", f"{coi}.passport.pdf")
    assert paper.read_bytes().startswith(b"%PDF")
    assert told["sha256"] == sha256(file.read_bytes()).hexdigest()
    found = desk.told("passport", "verify", str(file))
    assert (found["ok"], found["journey"], found["version"]) == (True, coi, told["version"])
    assert "It holds." in desk.run("passport", "verify", str(file)).stdout

    file.write_bytes(file.read_bytes().replace(b"RX1", b"RX2"))
    found = desk.told("passport", "verify", str(file), exit_code=5)
    assert not found["ok"]
    assert found["journey"] is None, "what was changed is not repeated as if it were so"
    assert "NOT PROVEN" in desk.run("passport", "verify", str(file)).stdout


def test_whoever_received_it_checks_it_with_the_keys_they_were_given(
    desk: Terminal, coi: str, tmp_path: Path
) -> None:
    desk.told("anchor")
    file = tmp_path / "handed-on.json"
    desk.told("passport", coi, "--out", str(file))
    keys = public_file(key_file()), public_file(where.key_file())
    given = ("--key", str(keys[0]), "--anchor-key", str(keys[1]))
    assert desk.told("passport", "verify", str(file), *given)["ok"]
    assert script.run(file, *keys)[0] == 0
    other = tmp_path / "other.pub"
    other.write_text(SOMEBODY_ELSE)
    found = desk.told("passport", "verify", str(file), "--key", str(other), exit_code=5)
    assert found["against"] == ["It is signed with a key that is not among those you trust."]
    assert script.run(file, other)[0] == 5
    empty = tmp_path / "empty.pub"
    empty.write_text("no key")
    assert desk.refused("passport", "verify", str(file), "--key", str(empty))[0]["code"] == (
        "key-file-empty"
    )


def test_checking_needs_no_database(
    desk: Terminal, coi: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "one.json"
    desk.told("passport", coi, "--out", str(file))
    monkeypatch.setenv("ATMPFLOW_APPLICATION_URL", "postgresql+psycopg://nobody@/nowhere?host=/x")
    assert desk.told("passport", "verify", str(file))["ok"]
    assert desk.run("passport", "verify", str(tmp_path / "none.json")).exit_code == 2
    assert desk.run("passport", coi, "--out", str(tmp_path)).exit_code == 4


def test_of_a_journey_that_one_may_not_see_there_is_no_passport(
    desk: Terminal, coi: str, tmp_path: Path
) -> None:
    desk.told("account", "first", "admin-1", "--name", "A", "--organisation", "R0A")
    who = ("--name", "Robin Example", "--organisation", "R0A", "--as", "admin-1")
    desk.told("account", "add", "robin", *who)
    refused = desk.refused("passport", coi, "--out", str(tmp_path), "--as", "robin")
    assert refused[0]["code"] == "journey-unknown"
    assert not list(tmp_path.glob("*.passport.*"))
    assert json.loads((tmp_path / "referral.json").read_text())
