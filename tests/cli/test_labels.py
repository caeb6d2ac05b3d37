"""`atmpflow label` and `atmpflow scan`: from the record to a label, and from its scan back."""

import json
from pathlib import Path

import psycopg
import pytest
from sqlmodel import select

from atmpflow.codes.elements import SEPARATOR
from atmpflow.codes.label import ShipperLabel, UnitLabel, Wristband
from atmpflow.codes.reading import identify
from atmpflow.events.shipment import ShipmentPacked
from atmpflow.journey import Facts
from desk.cli.looking import looking
from desk.simulation.site import next_move
from models.database import transaction
from models.identity import Access
from models.lookups import facts_of
from tests.cli import typing_in
from tests.cli.conftest import Terminal
from tests.factories import journey_at, opened
from tests.labels.rendered import pages, scans, words
from tests.models.rows import execute


@pytest.fixture
def collected(terminal: Terminal) -> Facts:
    """A journey whose starting material stands ready to be packed."""
    return journey_at(terminal.database.app, "pack-shipment")


def _unit(facts: Facts) -> str:
    move = next_move(facts)
    assert move is not None
    return str(getattr(move.command, "scanned_unit"))  # noqa: B009 - of whatever command it is


def _scanned(terminal: Terminal, file: Path, *words_typed: str) -> str:
    done = terminal.run("label", *words_typed, "--out", str(file))
    assert done.exit_code == 0, done.output
    (scan,) = scans(pages(file.read_bytes()))
    return scan


def test_the_label_of_a_unit_is_scanned_into_the_record(
    terminal: Terminal, collected: Facts, tmp_path: Path
) -> None:
    scan = _scanned(terminal, tmp_path / "label.pdf", _unit(collected))
    assert identify(scan) == UnitLabel(collected.coi, _unit(collected))
    move = next_move(collected)
    assert move is not None
    line = typing_in.record(move, str(collected.journey))
    for option in ("--scanned-unit", "--scanned-coi"):
        line[line.index(option) + 1] = scan
    assert terminal.told(*line)["events"] == [ShipmentPacked.name]


def test_the_label_of_another_unit_scanned_in_its_place_stops_the_journey(
    terminal: Terminal, collected: Facts, tmp_path: Path
) -> None:
    other = journey_at(terminal.database.app, "pack-shipment")
    scan = _scanned(terminal, tmp_path / "label.pdf", _unit(other))
    move = next_move(collected)
    assert move is not None
    line = typing_in.record(move, str(collected.journey))
    for option in ("--scanned-unit", "--scanned-coi"):
        line[line.index(option) + 1] = scan
    said = terminal.told(*line)
    assert "label.mismatched" in said["events"]
    assert said["held_by"]


def test_the_shippers_label_with_its_sscc_is_scanned_at_collection_and_delivery(
    terminal: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATMPFLOW_GS1_COMPANY_PREFIX", "5012345")
    facts = journey_at(terminal.database.app, "collect-shipment")
    other = journey_at(terminal.database.app, "collect-shipment")
    journey = str(facts.journey)
    done = terminal.run("label", "--journey", other.coi, "--shipper", "--out", tmp_path / "o.pdf")
    assert done.exit_code == 0, done.output
    (wrong,) = scans(pages((tmp_path / "o.pdf").read_bytes()))
    scan = _scanned(terminal, tmp_path / "shipper.pdf", "--journey", facts.coi, "--shipper")
    for _ in range(2):
        move = next_move(_facts(terminal, facts))
        assert move is not None
        line = typing_in.record(move, journey)
        place = line.index("--scanned-shipper") + 1
        (refused,) = terminal.refused(*line[:place], wrong, *line[place + 1 :])
        assert refused["code"] == "shipper-mismatch"
        assert terminal.told(*line[:place], scan, *line[place + 1 :])["events"]
    (shipped,) = terminal.told("journey", journey)["shipments"]
    assert len(shipped["sscc"]) == 18
    assert identify(scan) == ShipperLabel(facts.coi, shipped["sscc"])
    turns = terminal.told("journey", journey)["custody"]
    assert turns[1]["receiver_scan"] == turns[2]["giver_scan"] == shipped["sscc"]


def _facts(terminal: Terminal, facts: Facts) -> Facts:
    with transaction(terminal.database.app) as connection:
        return facts_of(connection, facts.journey)


def test_each_print_of_a_label_is_kept_and_shown(
    terminal: Terminal, collected: Facts, tmp_path: Path
) -> None:
    for copy in (1, 2):
        told = terminal.told("label", _unit(collected), "--out", str(tmp_path / "label.pdf"))
        assert [label["copy"] for label in told["labels"]] == [copy]
    kept = terminal.told("journey", collected.coi)["labels_printed"]
    assert [one["copy_number"] for one in kept] == [1, 2]
    assert {(one["printed_by"], one["version"]) for one in kept} == {("operator-1", 1)}
    assert "Labels printed" in terminal.run("journey", collected.coi).stdout
    url = terminal.database.application
    for statement in ("UPDATE label_print SET copy_number = 9", "DELETE FROM label_print"):
        with pytest.raises(psycopg.Error):
            execute(url, statement)


def test_a_spoilt_scan_is_refused_and_nothing_is_recorded(
    terminal: Terminal, collected: Facts, tmp_path: Path
) -> None:
    scan = _scanned(terminal, tmp_path / "label.pdf", _unit(collected))
    move = next_move(collected)
    assert move is not None
    line = typing_in.record(move, str(collected.journey))
    wrong = "A" if collected.coi[4] != "A" else "B"
    spoilt = f"{collected.coi[:4]}{wrong}{collected.coi[5:]}"
    line[line.index("--scanned-coi") + 1] = scan.replace(collected.coi, spoilt)
    (error,) = terminal.refused(*line)
    assert (error["code"], error["field"]) == ("coi-check-character", "scanned_coi")
    assert terminal.told("journey", collected.coi)["version"] == collected.version


def test_every_unit_of_a_journey_gets_its_page(
    terminal: Terminal, collected: Facts, tmp_path: Path
) -> None:
    file = tmp_path / "labels.pdf"
    said = terminal.told("label", "--journey", collected.coi, "--out", str(file))
    units = {one["unit"] for one in terminal.told("journey", collected.coi)["units"]}
    assert {one["unit"] for one in said["labels"]} == units
    assert len(pages(file.read_bytes())) == len(units)
    assert all(one["coi"] == collected.coi for one in said["labels"])


def test_the_band_names_nobody_unless_a_reason_is_given_and_then_the_look_is_kept(
    terminal: Terminal, collected: Facts, tmp_path: Path
) -> None:
    file, asked = tmp_path / "band.pdf", ("--journey", collected.coi, "--band")
    assert identify(_scanned(terminal, file, *asked)) == Wristband(collected.coi)
    assert "NHS" not in words(file.read_bytes())[0]
    who = ("--reason", "band-7", "--role", "apheresis-nurse")
    assert terminal.run("label", *asked, *who, "--out", str(file)).exit_code == 0
    assert "NHS 999" in words(file.read_bytes())[0]
    with looking(terminal.database.owner) as session:
        looks = session.exec(select(Access).where(Access.reason == "band-7")).all()
    assert len(looks) == 1


def test_who_may_not_see_a_patient_prints_no_name(
    terminal: Terminal, collected: Facts, tmp_path: Path
) -> None:
    file = tmp_path / "band.pdf"
    asked = ("--journey", collected.coi, "--band", "--reason", "curious", "--role", "courier")
    (error,) = terminal.refused("label", *asked, "--out", str(file))
    assert error["code"] == "role-not-allowed"
    assert not file.exists()


def test_svg_holds_one_label_and_goes_to_standard_output(
    terminal: Terminal, collected: Facts
) -> None:
    done = terminal.run("label", _unit(collected), "--format", "svg", "--out", "-")
    assert done.exit_code == 0
    assert done.stdout.startswith("<svg")
    assert collected.coi in done.stdout


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ((), "--journey"),
        (("U1", "--journey", "X"), "--journey"),
        (("U1", "--band"), "--band"),
    ],
)
def test_a_line_that_names_no_label_or_two_is_answered_with_advice(
    terminal: Terminal, asked: tuple[str, ...], says: str, tmp_path: Path
) -> None:
    done = terminal.run("label", *asked, "--out", str(tmp_path / "x.pdf"))
    assert done.exit_code == 2
    assert says in done.stderr


def test_units_that_are_not_there_get_no_label(terminal: Terminal, tmp_path: Path) -> None:
    journey = str(opened(terminal.database.app))
    file = str(tmp_path / "x.pdf")
    (none,) = terminal.refused("label", "--journey", journey, "--out", file)
    (unknown,) = terminal.refused("label", "NOT-A-UNIT", "--out", file)
    (spoilt,) = terminal.refused("label", "]d2garbage", "--out", file)
    assert [one["code"] for one in (none, unknown, spoilt)] == [
        "label-none", "unit-unknown", "scan-unreadable",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "kind", "says"),
    [
        ("(01)09520123456788(10)A1", "gs1", "(10) Batch: A1"),
        ("]d2010952012345678810A1<GS>17260301", "gs1", "(17) Expires on: 260301"),
        ("=G12341765432100", "donation", "G1234 17 654321 A"),
        ("006141411234567890", "gs1-key", "SSCC or GSRN: 006141411234567890"),
        ("=+02000=A99991712345600=>019031", "isbt128", "Expires (local): 2019-01-31"),
        ("SEC: PL001499Z549917123456 A00T041600320171231", "sec", "Donation: Z549917123456"),
    ],
)
def test_a_scan_is_said_in_words_and_as_json(
    terminal: Terminal, text: str, kind: str, says: str
) -> None:
    assert says in terminal.run("scan", text).stdout
    assert terminal.told("scan", text)["kind"] == kind


def test_what_is_no_code_is_refused_with_its_reason(terminal: Terminal) -> None:
    (error,) = terminal.refused("scan", "GARBAGE")
    assert (error["code"], error["field"]) == ("scan-unknown", "scan")
    (patient,) = terminal.refused("scan", "9434765870")
    assert "9434765870" not in json.dumps(patient)
    assert terminal.run("scan", f"]d2{SEPARATOR}").exit_code == 3
