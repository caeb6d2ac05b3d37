"""`atmpflow trail` as an inspector types it, and as somebody of one centre sees it."""

import csv
import io
from pathlib import Path

import pytest

from tests.cli.conftest import Terminal
from tests.cli.referring import refer

BOSS = ("--as", "admin-1")
WHO = ("--name", "Robin Example", "--organisation", "R0A")


@pytest.fixture
def coi(own_terminal: Terminal, tmp_path: Path) -> str:
    """A journey at RX1 that was just referred."""
    return refer(own_terminal, tmp_path)["coi"]


@pytest.fixture
def desk(own_terminal: Terminal, coi: str, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """An installation with two nurses; one was appointed, locked and renamed."""
    monkeypatch.delenv("ATMPFLOW_ACCOUNT")
    own_terminal.told("account", "first", "admin-1", *WHO)
    own_terminal.told("account", "add", "robin", *WHO, *BOSS)
    until = ("--until", "2199-01-01", "--reason", "rota 2027")
    place = ("--role", "coordinator", "--site", "R0A")
    own_terminal.told("account", "appoint", "robin", *place, *until, *BOSS)
    own_terminal.told("account", "lock", "robin", "--reason", "=left the keys", *BOSS)
    return own_terminal


def test_what_became_of_an_account_is_told_with_old_new_who_and_why(desk: Terminal) -> None:
    told = desk.told("trail", "--of", "robin")
    assert [one["what"] for one in told] == [
        "account.added", "appointment.given", "account.changed",
    ]  # fmt: skip
    assert {(one["actor"], one["role"]) for one in told} == {("admin-1", "administrator")}
    added, given, locked = (
        {one["field"]: (one["old"], one["new"]) for one in entry["changes"]} for entry in told
    )
    assert added["state"] == (None, "active"), "as it was then, not as it is now"
    assert given["site"] == (None, "R0A")
    assert locked == {"state": ("active", "locked")}
    assert told[1]["why"] == "rota 2027"
    assert desk.told("trail", "--why", "ROTA")[0]["what"] == "appointment.given"
    shown = desk.run("trail", "--of", "robin").stdout
    assert "active → locked" in shown


def test_a_spreadsheet_takes_nothing_for_a_formula(desk: Terminal) -> None:
    lines = list(csv.DictReader(io.StringIO(desk.run("trail", "--of", "robin", "--csv").stdout)))
    (locked,) = [one for one in lines if one["what"] == "account.changed"]
    assert (locked["field"], locked["old"], locked["new"]) == ("state", "active", "locked")
    assert locked["why"] == "'=left the keys"
    assert locked["late"] == "false"


def test_units_put_on_the_shelf_name_the_account(desk: Terminal, tmp_path: Path) -> None:
    head = "unit,product,batch,hla,restricted_by,expires_at,certified_by"
    row = "EBV-7-U1,ebvallo,EBV-7,A*02:01,A*02:01,2031-01-01T00:00Z,qp-4"
    (tmp_path / "stock.csv").write_text(f"{head}\n{row}\n")
    desk.told("stock", str(tmp_path / "stock.csv"), "--as", "store-1")
    (told,) = desk.told("trail", "--record", "reference", "--of", "EBV-7-U1")
    assert (told["what"], told["actor"]) == ("stock_unit.added", "store-1")


def test_somebody_of_a_centre_sees_its_journeys_and_nothing_else(desk: Terminal, coi: str) -> None:
    desk.told("account", "open", "robin", "--reason", "back", *BOSS)
    of_it = ("trail", "--journey", coi)
    assert [one["what"] for one in desk.told(*of_it)] == ["referral.received"]
    (unknown,) = desk.refused(*of_it, "--as", "robin")
    assert unknown["code"] == "journey-unknown"
    assert desk.told("trail", "--as", "robin") == []
    assert desk.run("trail", "--record", "account", "--as", "robin").exit_code == 2
    place = ("--role", "coordinator", "--site", "RX1", "--until", "2199-01-01", "--reason", "x")
    desk.told("account", "appoint", "robin", *place, *BOSS)
    assert len(desk.told(*of_it, "--as", "robin")) == 1


def test_refused_commands_are_there_when_asked_for(desk: Terminal, coi: str) -> None:
    hold = ("record", "place-hold", "--journey", coi, "--reason", "DEV-1", "--role", "coordinator")
    desk.refused(*hold, "--as", "nobody-1")
    assert all(one["record"] != "rejected" for one in desk.told("trail", "--journey", coi))
    (refused,) = [
        one
        for one in desk.told("trail", "--journey", coi, "--rejected")
        if one["record"] == "rejected"
    ]
    assert (refused["what"], refused["actor"]) == ("place-hold", "nobody-1")
    assert "account-unknown" in refused["why"]
    assert desk.run("trail", "--record", "nonsense").exit_code == 2
