"""The seed: who is in it, and that every code and successor holds together."""

import csv
import json
import re
from datetime import date, timedelta
from pathlib import Path

import pytest

from atmpflow.errors import Refused
from atmpflow.rules.organisation import KINDS, REFERS, TREATS, Listed, usable
from models.network import Organisation, listed, seed
from tests.wording import code_of

PUBLISHED = Path(__file__).parents[3] / "shared/data/organisations"
needs_published = pytest.mark.skipif(
    not PUBLISHED.exists(), reason="published organisations are not here"
)
TODAY = date(2026, 3, 9)
DIRECTORY = listed(seed())


def refusal(code: str, *, on: date = TODAY, kinds: frozenset[str] = frozenset(KINDS)) -> Refused:
    with pytest.raises(Refused) as caught:
        usable(code, DIRECTORY, on=on, field="treating_centre", kinds=kinds)
    assert caught.value.field == "treating_centre"
    assert code_of(caught.value).startswith("organisation-")
    return caught.value


def of_network(name: str) -> set[str]:
    return {one.ods_code for one in seed() if one.network == name and one.kind in TREATS}


def test_the_attc_network_is_there() -> None:
    assert of_network("iMATCH") == {"R0A", "RBV"}
    assert of_network("Midlands-Wales") == {"RRK", "RX1", "7A4", "7A3"}
    assert {"RTD", "RR8", "S08000031", "S08000024"} <= of_network("Northern Alliance")
    assert all(DIRECTORY[code].treats for code in ("RP4", "RRV", "RJZ"))


def test_seven_universities_a_coordinator_and_a_plainly_simulated_courier_are_there() -> None:
    kinds = [one.kind for one in seed()]
    assert kinds.count("university") == 7
    assert [one.name for one in seed() if one.kind == "courier"] == ["Simulated courier"]
    assert DIRECTORY["X-CGT-CATAPULT"].kind == "coordinator"


def test_each_code_stands_once_and_each_successor_is_known() -> None:
    codes = [one.ods_code for one in seed()]
    assert len(codes) == len(set(codes))
    for one in seed():
        assert one.kind in KINDS
        assert one.successor is None or one.successor in codes
        assert (one.closed is None) == (one.successor is None)


def test_own_codes_carry_the_prefix_and_others_have_the_form_of_their_register() -> None:
    for one in seed():
        form = (
            r"X-[A-Z0-9-]+"
            if "own code" in one.source or one.kind in ("university", "coordinator")
            else (r"[R7][A-Z0-9]{2}|S080000[0-9]{2}")
        )
        assert re.fullmatch(form, one.ods_code), one.ods_code


@needs_published
def test_every_published_trust_is_here_with_its_dates_unless_it_closed_since() -> None:
    with (PUBLISHED / "ods-etr-nhs-trusts.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    for row in rows:
        ours = DIRECTORY[row[0]]
        assert ours.opened == date.fromisoformat(row[10])
        assert not row[11] or ours.closed == date.fromisoformat(row[11])


@needs_published
def test_every_published_board_is_here_and_retired_codes_name_their_successor() -> None:
    boards = json.loads((PUBLISHED / "rcpch-welsh-local-health-boards.json").read_text())
    scotland = json.loads((PUBLISHED / "scottish-health-boards.json").read_text())
    for board in boards["LOCAL_HEALTH_BOARDS"]:
        assert DIRECTORY[board["ods_code"]].name.upper() == board["health_board"]
    for code, name in scotland["boards"].items():
        assert DIRECTORY[code].name == f"NHS {name}"
    for retired, successor in scotland["retired"].items():
        assert DIRECTORY[retired].successor == successor


def test_a_code_in_force_is_usable() -> None:
    assert usable("RRK", DIRECTORY, on=TODAY, field="treating_centre", kinds=TREATS) == "RRK"


def test_a_closed_trust_is_refused_and_its_successor_named() -> None:
    refused = refusal("RXH")
    assert refused.code == "organisation-closed"
    assert "RYR, University Hospitals Sussex NHS Foundation Trust" in refused.remedy


def test_a_trust_is_in_force_up_to_and_on_its_last_day() -> None:
    assert usable("RXH", DIRECTORY, on=date(2021, 3, 31), field="x") == "RXH"
    assert refusal("RXH", on=date(2021, 4, 1)).code == "organisation-closed"


def test_a_retired_board_code_is_refused_never_replaced() -> None:
    assert "S08000031, NHS Greater Glasgow and Clyde" in refusal("S08000021").remedy


def test_an_organisation_is_not_usable_before_it_opened() -> None:
    refused = refusal("R0A", on=date(2017, 9, 30))
    assert refused.code == "organisation-not-open"
    assert "opened on 2017-10-01" in refused.message
    assert usable("R0A", DIRECTORY, on=date(2017, 10, 1), field="x") == "R0A"


@pytest.mark.parametrize("code", ["ZZZ", "", "RRKRRK9", "9990001014"])
def test_an_unknown_code_is_refused_and_not_repeated(code: str) -> None:
    refused = refusal(code)
    assert refused.code == "organisation-unknown"
    assert (refused.remedy == "Give an ODS code of the network's directory.") is (code[:3] != "RRK")
    assert not code or code not in str(refused)


@pytest.mark.parametrize("site", ["RRK98", "RRK9"])
def test_a_site_code_is_refused_with_its_trust_named(site: str) -> None:
    refused = refusal(site)
    assert refused.code == "organisation-unknown"
    assert refused.message.endswith("looks like a site's.")
    assert "RRK, University Hospitals Birmingham" in refused.remedy


def test_a_code_in_small_letters_is_refused_with_the_right_spelling() -> None:
    assert refusal(" rrk").remedy == "Write it as RRK."


@pytest.mark.parametrize(("code", "kinds"), [("RWP", TREATS), ("X-COURIER-SIM", REFERS)])
def test_an_organisation_of_another_kind_is_refused(code: str, kinds: frozenset[str]) -> None:
    refused = refusal(code, kinds=kinds)
    assert refused.code == "organisation-wrong-kind"
    named = " or ".join(sorted(kinds)).replace("-", " ")
    assert refused.remedy == f"Give the code of a {named}."
    kind = DIRECTORY[code].kind.replace("-", " ")
    assert refused.message.endswith(f"({code}) is a {kind}.")


def test_a_treatment_centre_is_not_written_with_its_hyphen() -> None:
    refused = refusal("R0A", kinds=frozenset({"courier", "health-board"}))
    assert refused.message.endswith("(R0A) is a treatment centre.")
    assert refused.remedy == "Give the code of a courier or health board."


def test_a_chain_of_closures_leads_to_the_one_in_force_and_a_circle_to_none() -> None:
    gone = date(2020, 1, 1)
    chain = {
        "AAA": Listed("First", "trust", closed=gone, successor="BBB"),
        "BBB": Listed("Second", "trust", closed=gone, successor="CCC"),
        "CCC": Listed("Third", "trust"),
        "DDD": Listed("Circle", "trust", closed=gone, successor="DDD"),
    }
    for code, expected in (("AAA", "CCC, Third"), ("DDD", "took over")):
        with pytest.raises(Refused) as caught:
            usable(code, chain, on=TODAY, field="x")
        assert code_of(caught.value) == "organisation-closed"
        assert "closed on 2020-01-01." in caught.value.message
        assert expected in caught.value.remedy


def test_a_successor_is_named_up_to_and_on_its_last_day() -> None:
    chain = {
        "AAA": Listed("First", "trust", closed=date(2020, 1, 1), successor="BBB"),
        "BBB": Listed("Second", "trust", closed=TODAY, successor="CCC"),
        "CCC": Listed("Third", "trust"),
    }
    with pytest.raises(Refused, match="BBB, Second"):
        usable("AAA", chain, on=TODAY, field="x")
    with pytest.raises(Refused, match="CCC, Third"):
        usable("AAA", chain, on=TODAY + timedelta(days=1), field="x")


def test_a_row_holds_what_the_seed_says() -> None:
    one = next(one for one in seed() if one.ods_code == "RD3")
    assert isinstance(one, Organisation)
    assert (one.kind, one.country, one.successor) == ("trust", "England", "R0D")
    assert (one.opened, one.closed) == (date(1992, 4, 1), date(2020, 9, 30))
