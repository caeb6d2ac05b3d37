"""`atmpflow refer` and `identify`: what is right is taken, what is wrong is told and kept."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Terminal
from tests.cli.referring import nhs_number, patient, referral
from tests.models.rows import counts

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.mark.parametrize(
    ("name", "count"), [("referrals.csv", 10), ("referral.json", 1), ("referral-bars.json", 1)]
)
def test_every_example_opens_its_journeys_once(
    own_terminal: Terminal, name: str, count: int
) -> None:
    first = own_terminal.told("refer", str(EXAMPLES / name))
    again = own_terminal.told("refer", str(EXAMPLES / name))
    assert len(first["opened"]) == count
    assert first["refused"] == []
    assert {one["repeated"] for one in again["opened"]} == {True}
    assert len(own_terminal.told("journeys")) == count


def _wrong(number: str) -> str:
    """The number with another check digit."""
    return number[:-1] + str((int(number[-1]) + 1) % 10)


def test_one_bad_referral_stops_no_other_and_each_is_told_with_its_place(
    own_terminal: Terminal, tmp_path: Path
) -> None:
    good = referral()
    bad = [
        referral(patient=patient(nhs_number=_wrong(nhs_number()))),
        referral(product="kymria"),
        referral(treating_centre="ZZZ"),
        referral(referring_organisation="R1C", referred_on="2026-01-05"),
        referral(referred_on="2199-01-01"),
        referral(patient=good["patient"], source_reference="another"),
    ]
    file = tmp_path / "many.json"
    file.write_text(json.dumps([good, *bad]))
    told = own_terminal.told("refer", str(file), exit_code=3)
    assert [one["where"] for one in told["opened"]] == ["referral 1"]
    codes = [one["code"] for one in told["refused"]]
    assert codes == [
        "nhs-number-check-digit",
        "product-unknown",
        "organisation-unknown",
        "organisation-closed",
        "date-impossible",
        "referral-duplicate",
    ]
    kept = own_terminal.told("rejected")
    assert sorted(one["code"] for one in kept) == sorted(codes)
    assert all(one["remedy"] and one["actor"] == "operator-1" for one in kept)
    there = counts(own_terminal.database.app)
    assert (there["journey"], there["identity.person"]) == (1, 1)


def test_people_read_what_was_opened_and_what_was_not(terminal: Terminal, tmp_path: Path) -> None:
    who = patient(nhs_number=_wrong(nhs_number()))
    file = tmp_path / "Testpatient.json"
    file.write_text(json.dumps([referral(), referral(patient=who)]))
    result = terminal.run("refer", str(file))
    assert result.exit_code == 3
    assert "referral 1: opened ATF-" in result.stdout
    assert "Refused: nhs-number-check-digit" in result.stderr
    assert "→" in result.stderr
    for private in ("Testpatient", "Robin", who["nhs_number"]):
        assert private not in result.output


def test_a_file_that_is_not_there_is_a_usage_error(terminal: Terminal) -> None:
    (error,) = terminal.told("refer", "nowhere.csv", exit_code=2)["errors"]
    assert error["code"] == "usage"


def test_a_referral_comes_through_a_pipe_too(terminal: Terminal) -> None:
    result = terminal.run("refer", "-", "--json", typed=json.dumps(referral()))
    assert result.exit_code == 0
    assert len(json.loads(result.stdout)["opened"]) == 1


def test_nobody_refers_as_the_engine(terminal: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "one.json"
    file.write_text(json.dumps(referral()))
    (error,) = terminal.refused("refer", str(file), "--role", "system")
    assert error["code"] == "role-not-allowed"


def test_an_identity_is_asked_for_and_its_id_is_all_that_is_printed(terminal: Terminal) -> None:
    who = patient()
    typed = "\n".join(who.values()) + "\n"
    first = terminal.run("identify", "--json", typed=typed)
    assert first.exit_code == 0
    person = json.loads(first.stdout)["person"]
    again = terminal.run("identify", typed=typed)
    assert again.stdout == f"{person}\n"
    stopped = terminal.run("identify", typed="9990001014\n")
    assert stopped.exit_code == 130
    assert stopped.stdout == ""


def test_an_identity_that_cannot_be_is_refused_and_kept(
    own_terminal: Terminal, tmp_path: Path
) -> None:
    def told(who: dict[str, str]) -> list[dict[str, str]]:
        file = tmp_path / "patient.json"
        file.write_text(json.dumps(who))
        return own_terminal.refused("identify", "--file", str(file))

    (digit,) = told(patient(nhs_number=_wrong(nhs_number())))
    assert (digit["code"], digit["field"]) == ("nhs-number-check-digit", "nhs_number")
    (unborn,) = told(patient(birth_date="2199-01-01"))
    assert unborn["code"] == "date-impossible"
    known = patient()
    (tmp_path / "known.json").write_text(json.dumps(known))
    own_terminal.told("identify", "--file", str(tmp_path / "known.json"))
    (other,) = told({**known, "family_name": "Testpatient-Other"})
    assert other["code"] == "identity-conflict"
    kept = own_terminal.told("rejected", "--limit", "3")
    assert {one["command"] for one in kept} == {"identify"}
    assert "Testpatient" not in str(kept)
