"""`atmpflow account`: from an empty installation to somebody who may do one thing at one site."""

from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Terminal
from tests.cli.referring import refer

BOSS = ("--as", "admin-1")
WHO = ("--name", "Robin Example", "--organisation", "R0A")
WHY = ("--reason", "rota")
TRAINED = ("--completed", "2026-01-01", "--expires", "2199-01-01", "--certificate", "T-1")


@pytest.fixture
def desk(own_terminal: Terminal) -> Terminal:
    """An installation with its first administrator and nobody else but the simulated."""
    own_terminal.told("account", "first", "admin-1", *WHO)
    return own_terminal


def _codes(errors: list[dict[str, str]]) -> list[str]:
    return [one["code"] for one in errors]


def _account(desk: Terminal, name: str) -> Any:
    return desk.told("account", "list", name)


def _hold(desk: Terminal, coi: str, role: str = "coordinator") -> tuple[str, ...]:
    return ("record", "place-hold", "--journey", coi, "--reason", "DEV-1",
            "--as", "robin", "--role", role)  # fmt: skip


def test_there_is_one_first_administrator(desk: Terminal) -> None:
    assert _codes(desk.refused("account", "first", "admin-2", *WHO)) == ["administrator-there"]
    assert _account(desk, "admin-1")["appointments"][0]["role"] == "administrator"


def test_only_an_administrator_adds_and_a_name_is_never_used_again(desk: Terminal) -> None:
    refused = desk.refused("account", "add", "robin", *WHO, "--as", "operator-1")
    assert _codes(refused) == ["not-appointed"]
    desk.told("account", "add", "robin", *WHO, *BOSS)
    desk.told("account", "leave", "robin", *WHY, *BOSS)
    for again in ("robin", "ROBIN"):
        refused = desk.refused("account", "add", again, *WHO, *BOSS)
        assert _codes(refused) == ["account-taken"]


def test_an_account_does_what_it_was_appointed_for_until_that_ends(
    desk: Terminal, tmp_path: Path
) -> None:
    coi = refer(desk, tmp_path)["coi"]
    assert _codes(desk.refused(*_hold(desk, coi))) == ["account-unknown"]
    desk.told("account", "add", "robin", *WHO, *BOSS)
    assert _codes(desk.refused(*_hold(desk, coi))) == ["not-appointed"]
    given = desk.told(
        "account", "appoint", "robin", "--role", "coordinator", "--site", "RX1", *WHY, *BOSS
    )
    assert desk.told(*_hold(desk, coi))["events"] == ["hold.placed"]
    desk.told("account", "end", given["appointment"], *WHY, *BOSS)
    assert _codes(desk.refused(*_hold(desk, coi))) == ["not-appointed"]
    codes = [one["code"] for one in desk.told("rejected", "--journey", coi)]
    assert codes == ["not-appointed", "not-appointed", "account-unknown"]


def test_what_was_changed_of_an_account_says_who_why_and_what_it_was(desk: Terminal) -> None:
    desk.told("account", "add", "robin", *WHO, *BOSS)
    desk.told("account", "lock", "robin", "--reason", "lost the card", *BOSS)
    desk.told("account", "open", "robin", "--name", "R. Example", "--reason", "new card", *BOSS)
    changes = _account(desk, "robin")["changes"]
    assert [(one["field"], one["old"], one["new"], one["reason"]) for one in changes] == [
        ("state", "active", "locked", "lost the card"),
        ("printed_name", "Robin Example", "R. Example", "new card"),
        ("state", "locked", "active", "new card"),
    ]
    assert {one["changed_by"] for one in changes} == {"admin-1"}


def test_a_delegation_holds_only_while_its_giver_has_the_role(
    desk: Terminal, tmp_path: Path
) -> None:
    coi = refer(desk, tmp_path)["coi"]
    for name in ("robin", "giver"):
        desk.told("account", "add", name, *WHO, *BOSS)
    site = ("--role", "coordinator", "--site", "RX1")
    given = desk.told("account", "appoint", "giver", *site, *WHY, *BOSS)
    until = ("--until", "2199-01-01")
    desk.told("account", "delegate", "robin", *site, *until, *WHY, "--as", "giver")
    assert desk.told(*_hold(desk, coi))["events"] == ["hold.placed"]
    desk.told("account", "end", given["appointment"], *WHY, *BOSS)
    assert _codes(desk.refused(*_hold(desk, coi))) == ["not-appointed"]


@pytest.mark.parametrize(
    ("kind", "role", "code"),
    [
        ("machine", "qualified-person", "machine-role"),
        ("machine", "treating-physician", "machine-role"),
        ("person", "administrator", "administrator-apart"),
    ],
)
def test_what_nobody_of_a_kind_may_be_is_refused(
    desk: Terminal, kind: str, role: str, code: str
) -> None:
    desk.told(
        "account", "add", "robin", *WHO, *BOSS, *(("--machine",) if kind == "machine" else ())
    )
    if kind == "person":
        given = ("--role", "quality-control", "--site", "*", *WHY)
        desk.told("account", "appoint", "robin", *given, *BOSS)
    refused = desk.refused(
        "account", "appoint", "robin", "--role", role, "--site", "*", *WHY, *BOSS
    )
    assert _codes(refused) == [code]


def test_a_site_that_is_no_organisation_is_refused(desk: Terminal) -> None:
    desk.told("account", "add", "robin", *WHO, *BOSS)
    given = ("--role", "coordinator", "--site", "ZZZ99", *WHY, *BOSS)
    assert _codes(desk.refused("account", "appoint", "robin", *given)) == ["organisation-unknown"]


def test_training_is_shown_with_the_day_it_runs_out(desk: Terminal) -> None:
    desk.told("account", "add", "robin", *WHO, *BOSS)
    desk.told("account", "train", "robin", "--product", "kymriah", *TRAINED, *BOSS)
    (one,) = _account(desk, "robin")["trainings"]
    assert (one["product"], one["certificate"]) == ("kymriah", "T-1")
    assert one["expires_at"].startswith("2199-01-01")
    shown = desk.run("account", "list", "robin")
    assert shown.exit_code == 0
    assert "T-1" in shown.stdout
    assert f"id {one['id']}\n" in shown.stdout, "whole, so that it can be copied to `end`"


def test_who_looks_sees_the_journeys_of_their_own_centre_only(
    desk: Terminal, tmp_path: Path
) -> None:
    coi = refer(desk, tmp_path)["coi"]
    for name, site in (("here", "RX1"), ("there", "R0A")):
        desk.told("account", "add", name, *WHO, *BOSS)
        given = ("--role", "coordinator", "--site", site)
        desk.told("account", "appoint", name, *given, *WHY, *BOSS)
    assert [one["coi"] for one in desk.told("journeys", "--as", "here")] == [coi]
    assert desk.told("journey", coi, "--as", "here")["coi"] == coi
    assert desk.told("journeys", "--as", "there") == []
    assert _codes(desk.refused("journey", coi, "--as", "there")) == ["journey-unknown"]
    assert _codes(desk.refused("journeys", "--as", "stranger")) == ["account-unknown"]


def test_nobody_looks_up_the_patient_of_another_centre(desk: Terminal, tmp_path: Path) -> None:
    coi = refer(desk, tmp_path)["coi"]
    for name, site in (("here", "RX1"), ("there", "R0A")):
        desk.told("account", "add", name, *WHO, *BOSS)
        given = ("--role", "treating-physician", "--site", site)
        desk.told("account", "appoint", name, *given, *WHY, *BOSS)
    asked = ("who", coi, "--role", "treating-physician", "--reason", "ward round")
    assert desk.told(*asked, "--as", "here")["family_name"]
    assert _codes(desk.refused(*asked, "--as", "there")) == ["not-appointed"]
    assert _codes(desk.refused(*asked, "--as", "stranger")) == ["account-unknown"]


def test_a_token_is_shown_once_listed_without_itself_and_taken_back(desk: Terminal) -> None:
    desk.told("account", "add", "courier-system", "--machine", *WHO, *BOSS)
    shown = desk.run("account", "token", "courier-system", *WHY, *BOSS)
    assert shown.exit_code == 0
    token = shown.stdout.strip()
    assert token.startswith("atmpflow_")
    (listed,) = _account(desk, "courier-system")["tokens"]
    assert token not in str(listed) + desk.run("account", "list", "courier-system").stdout
    told = desk.told("account", "end", listed["id"], *WHY, *BOSS)
    assert told["ended"] == "access_token"
    assert _account(desk, "courier-system")["tokens"][0]["ended_by"] == "admin-1"


def test_only_an_administrator_issues_tokens_and_never_for_a_person(desk: Terminal) -> None:
    desk.told("account", "add", "robin", *WHO, *BOSS)
    asked = ("account", "token", "robin", *WHY)
    assert _codes(desk.refused(*asked, "--as", "operator-1")) == ["not-appointed"]
    assert _codes(desk.refused(*asked, *BOSS)) == ["token-for-a-person"]
    desk.told("account", "add", "courier-system", "--machine", *WHO, *BOSS)
    long = ("account", "token", "courier-system", "--until", "2199-01-01", *WHY, *BOSS)
    assert _codes(desk.refused(*long)) == ["token-too-long"]
