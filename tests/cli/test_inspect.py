"""`atmpflow inspect`: both files with their digests, checked again without a database."""

from hashlib import sha256
from pathlib import Path

import pytest

from tests.cli.conftest import Terminal
from tests.factories import journey_at


def test_both_files_are_written_named_and_checked_again(terminal: Terminal, tmp_path: Path) -> None:
    facts = journey_at(terminal.database.app, "record-temperature-log")
    folder = tmp_path / "for the inspector"
    told = terminal.told("inspect", "--journey", facts.coi, "--out", folder, "--no-verify")
    assert told["journeys"] == 1
    for kind in ("paper", "archive"):
        file = Path(told[kind])
        assert file.parent == folder
        assert facts.coi in file.name
        assert sha256(file.read_bytes()).hexdigest() == told[f"{kind}_sha256"]
    assert terminal.told("inspect", "--check", told["archive"]) == {"whole": True, "faults": []}
    said = terminal.run("inspect", "--check", told["archive"])
    assert said.stdout.strip() == "Every file in it is what its manifest says."
    Path(told["archive"]).write_bytes(Path(told["archive"]).read_bytes()[:-100])
    broken = terminal.told("inspect", "--check", told["archive"], exit_code=5)
    assert not broken["whole"]
    assert broken["faults"]


def test_the_account_that_looks_is_on_the_paper(terminal: Terminal, tmp_path: Path) -> None:
    facts = journey_at(terminal.database.app, "record-consent")
    told = terminal.told(
        "inspect", "--journey", str(facts.journey), "--out", tmp_path, "--no-verify",
        "--as", "simulated-coordinator-1",
    )  # fmt: skip
    assert Path(told["paper"]).read_bytes().startswith(b"%PDF")
    (refused,) = terminal.refused(
        "inspect", "--journey", facts.coi, "--out", tmp_path, "--as", "nobody-7"
    )
    assert refused["code"] == "account-unknown"


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("--journey", "x", "--batch", "y"),
        ("--journey", "x", "--site", "R0A"),
        ("--batch", "x", "--from", "2026-01-01", "--to", "2026-02-01"),
        ("--from", "2026-01-01"),
        ("--site", "R0A", "--to", "2026-01-01"),
        ("--check", "nothing-here.zip"),
        ("--journey", "x", "--check", "nothing-here.zip"),
    ],
)
def test_what_is_asked_for_is_one_thing(terminal: Terminal, words: tuple[str, ...]) -> None:
    assert terminal.told("inspect", *words, exit_code=2)["errors"]


def test_a_patient_is_followed_back_to_the_donor_and_a_donor_to_the_patient(
    terminal: Terminal,
) -> None:
    facts = journey_at(terminal.database.app, "start-conditioning")
    person = str(facts.referral.person)
    ways = [
        terminal.told("trace", "--patient", person.upper()),
        terminal.told("trace", "--donor", person),
        terminal.told("trace", "--journey", facts.coi),
    ]
    for way in ways:
        steps = {(one["parent_kind"], one["child_kind"]) for one in way}
        assert {("donor", "unit"), ("unit", "batch"), ("batch", "unit")} <= steps
        assert ("unit", "patient") in steps
        assert {one["coi"] for one in way} == {facts.coi}
    assert ways[0] == ways[2]
    assert terminal.told("trace", "--patient", str(facts.journey)) == []
