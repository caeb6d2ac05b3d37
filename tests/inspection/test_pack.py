"""What an inspector reads in a pack: the story of each journey, and whether people might."""

from pathlib import Path
from typing import Any

import psycopg
import pytest

from atmpflow.errors import Refused
from desk.inspection import gather
from desk.inspection.verified import verdict
from models.inspection.part import Part, parts, read, table
from models.inspection.scope import Scope
from tests.conftest import Database
from tests.inspection.conftest import HERE, THERE, VECTOR, Inspected
from tests.models.rows import execute, select
from tests.papers.test_paper import words


def _text(file: Path) -> str:
    """A paper's words, however its lines are broken."""
    return " ".join(" ".join(words(file.read_bytes())).split())


def test_a_whole_journey_is_told_from_the_referral_to_the_last_visit(
    inspected: Inspected, tmp_path: Path
):
    made, pack = inspected.pack(tmp_path, Scope("journey", inspected.whole.coi), verify=True)
    with pack:
        timeline = pack.told("parts/timeline.json")
        chain = [one["previous"] for one in timeline[1:]] == [one["hash"] for one in timeline[:-1]]
        assert chain
        assert timeline[-1]["hash"] == pack.told("parts/journeys.json")[0]["head"]
        names = {one["event"] for one in timeline}
        (held,) = pack.told("parts/holds.json")
        assert held["agreed"] == "simulated-atmp-pharmacist-1, simulated-treating-physician-1"
        (refused,) = pack.told("parts/rejected.json")
        assert (refused["actor"], refused["code"]) == ("simulated-courier-1", "role-not-allowed")
        prints = pack.told("parts/labels_printed.json")
        assert [one["copy_number"] for one in prints] == [1, 2]
        assert pack.told("verification.json")["journeys"]["holds"]
        document = pack.told(f"journeys/{inspected.whole.coi}/fhir.json")
        assert document["resourceType"] == "Bundle"
        epcis = pack.told(f"journeys/{inspected.whole.coi}/epcis.json")
        assert epcis["epcisBody"]["eventList"]
        pictures = {name.rpartition("-")[2] for name in pack.names if name.endswith(".svg")}
        assert pictures == {"custody.svg", "1.svg", "2.svg"}
    said = _text(made.paper)
    assert {"referral.received", "dose.administered", "journey.completed"} <= names
    assert not [one for one in names if one not in said.replace(" ", "") and one not in said]
    assert VECTOR in said
    assert f"archive {made.archive_sha256[:16]}" in said


def test_every_signature_has_its_printed_name_time_and_meaning(
    inspected: Inspected, tmp_path: Path
):
    made, pack = inspected.pack(tmp_path, Scope("journey", inspected.whole.coi))
    with pack:
        signed = pack.told("parts/signatures.json")
    found = {(one["meaning"], one["printed_name"], one["stands"]) for one in signed}
    assert ("certified", "Simulated: simulated-qualified-person-1", "stands") in found
    assert {"certified", "released", "approved"} == {one["meaning"] for one in signed}
    said = _text(made.paper)
    for one in signed:
        assert one["signed_at"][:16].replace("T", " ") in said
        assert one["printed_name"] in said


def test_a_void_signature_is_said_to_be_void(inspected: Inspected, tmp_path: Path):
    app, coi = inspected.database.app, inspected.pair[0].coi
    made, pack = inspected.pack(tmp_path, Scope("journey", inspected.whole.coi))
    with pack:
        assert all(one["stands"] == "stands" for one in pack.told("parts/signatures.json"))
    row = select(app, "SELECT id FROM signature WHERE record_id = %s LIMIT 1",
                 str(inspected.warm.journey))  # fmt: skip
    execute(
        inspected.database.application,
        "INSERT INTO signature_void (signature_id, found_at, reason) VALUES (%s, now(), 'altered')",
        row[0][0],
    )
    made, pack = inspected.pack(tmp_path, Scope("journey", inspected.warm.coi))
    with pack:
        void = [one for one in pack.told("parts/signatures.json") if one["stands"] != "stands"]
    assert [one["stands"] for one in void] == ["VOID: altered"]
    assert "VOID: altered" in _text(made.paper)
    assert "1 signature void" in _text(made.paper)
    assert coi not in _text(made.paper)


def test_an_excursion_is_told_with_its_plot_its_deviation_and_who_decided(
    inspected: Inspected, tmp_path: Path
):
    made, pack = inspected.pack(tmp_path, Scope("journey", inspected.warm.coi))
    with pack:
        (deviation,) = pack.told("parts/deviations.json")
        legs = {one["judged"]: one for one in pack.told("parts/shipments.json")}
        assert f"journeys/{inspected.warm.coi}/{inspected.warm.coi}-leg-1.png" in pack.names
    assert (deviation["state"], deviation["reasons"]) == ("accepted", "excursion")
    assert deviation["decided_by"] == "simulated-qualified-person-1"
    warm = legs["quarantined"]
    assert (warm["objections"], warm["verdict"]) == ("excursion", "accepted")
    assert warm["minutes_outside"] > 0
    outside = f"{warm['lowest_c']:g} to {warm['highest_c']:g} °C, {warm['minutes_outside']:g} min"
    said = _text(made.paper)
    assert outside in said
    assert "quarantined: excursion; now accepted" in said
    assert f"accepted: {deviation['justification']}" in said


def test_who_had_no_training_when_they_acted_is_named_with_each_deed(
    inspected: Inspected, tmp_path: Path
):
    """Training that ran out before the deed is none, however valid it was before."""
    scope = Scope("journey", inspected.elsewhere.coi)
    tester = "simulated-quality-control-3"
    _, before = inspected.pack(tmp_path, scope)
    withdrawn = (
        "UPDATE training SET ended_at = '2020-01-01Z', ended_by = 'tests', end_reason = 'withdrawn'"
        " WHERE account_id = (SELECT id FROM account WHERE username = %s)"
    )
    execute(inspected.database.owner_url, withdrawn, tester)
    made, pack = inspected.pack(tmp_path, scope)
    with before, pack:
        assert before.told("parts/lacking.json") == []
        lacking = pack.told("parts/lacking.json")
        people = [one for one in pack.told("parts/people.json") if one["account"] == tester]
    assert {one["account"] for one in lacking} == {tester}
    assert {one["what"] for one in lacking} == {"record-quality-results", "checked the batch"}
    assert {one["lacks"] for one in lacking} == {"no valid training for the product at that moment"}
    assert {one["training"] for one in people} == {"NO VALID TRAINING at 1 of 1"}
    assert "NO VALID TRAINING at 1 of 1" in _text(made.paper)
    assert "2 deeds without training, appointment or account" in _text(made.paper)


def test_a_signer_who_has_no_account_here_is_said_to_have_none(
    inspected: Inspected, tmp_path: Path
):
    _, pack = inspected.pack(tmp_path, Scope("batch", inspected.batch))
    with pack:
        lacking = pack.told("parts/lacking.json")
    assert {one["account"] for one in lacking} == {"qp-of-the-maker"}
    assert {one["lacks"] for one in lacking} == {"no account of this name is on record here"}


ACTORS = "SELECT DISTINCT actor, role FROM ledger WHERE journey_id = %s AND role <> 'system'"


def test_everybody_who_acted_is_there_with_training_and_appointment(
    inspected: Inspected, tmp_path: Path
):
    _, pack = inspected.pack(tmp_path, Scope("journey", inspected.whole.coi))
    actors = set(select(inspected.database.app, ACTORS, inspected.whole.journey))
    with pack:
        people = pack.told("parts/people.json")
        appointed = pack.told("parts/appointments.json")
        trained = {one["account"] for one in pack.told("parts/trainings.json")}
    acted = [one for one in people if one["acts"]]
    assert {(one["account"], one["role"]) for one in acted} - {("atmpflow", "system")} == actors
    assert {(one["account"], one["role"]) for one in appointed} >= actors
    assert {one["account"] for one in acted if one["acts_that_need_training"]} <= trained
    assert sum(one["acts"] for one in people) == inspected.whole.version


def test_the_trace_of_a_lot_leads_to_every_patient_and_back_to_every_donor(
    inspected: Inspected, tmp_path: Path
):
    _, pack = inspected.pack(tmp_path, Scope("batch", inspected.batch))
    with pack:
        steps = pack.told("parts/trace.json")
    patients = {one["to_id"] for one in steps if one["to"] == "patient"}
    assert patients == {str(one.referral.person) for one in inspected.pair}
    assert {one["from_id"] for one in steps if one["from"] == "donation"} == {"DONOR-7"}
    assert {one["given"] for one in steps if one["to"] == "patient"} == {"NOT GIVEN"}


def test_a_record_that_was_changed_is_said_not_to_verify(inspected: Inspected, tmp_path: Path):
    scope = Scope("journey", inspected.whole.coi)
    change = "UPDATE journey SET stage = %s WHERE id = %s"
    execute(inspected.database.application, change, "delivery", inspected.whole.journey)
    try:
        made, pack = inspected.pack(tmp_path, scope, verify=True)
    finally:
        execute(inspected.database.application, change, "follow_up", inspected.whole.journey)
    with pack:
        told = pack.told("verification.json")
    assert [one["found"] for one in told["journeys"]["replay"]] == [
        "journey.stage is not what the ledger says"
    ]
    assert not told["record"]["holds"]
    assert "THESE JOURNEYS DO NOT VERIFY" in _text(made.paper)


def test_without_a_check_of_the_record_the_paper_says_so(inspected: Inspected, tmp_path: Path):
    made, _ = inspected.pack(tmp_path, Scope("journey", inspected.whole.coi))
    assert "the whole record was not verified now" in _text(made.paper)
    assert "no earlier check is on record" in _text(made.paper)


@pytest.fixture
def viewer(inspected: Inspected) -> str:
    """Somebody of the other centre."""
    name = "coordinator-there"
    for statement in (
        "INSERT INTO account (id, username, kind, printed_name, organisation, state, created_at,"
        " created_by) VALUES (gen_random_uuid(), %s, 'person', 'Somebody', 'RX1', 'active', now(),"
        " 'tests') ON CONFLICT DO NOTHING",
        "INSERT INTO appointment (id, account_id, kind, role, site, trial, product, valid_from,"
        " valid_until, granted_by, reason) SELECT gen_random_uuid(), id, 'person', 'coordinator',"
        " 'RX1', '*', '*', '2000-01-01Z', '2200-01-01Z', 'tests', 'tests' FROM account"
        " WHERE username = %s",
    ):
        execute(inspected.database.owner_url, statement, name)
    return name


def test_another_centres_journey_is_refused_like_an_unknown_one(
    inspected: Inspected, tmp_path: Path, viewer: str
):
    said = []
    for asked in (inspected.whole.coi, "ATF-0000-0000-0000-0"):
        with pytest.raises(Refused) as refusal:
            inspected.pack(tmp_path, Scope("journey", asked), viewer=viewer)
        said.append(refusal.value.args)
    assert said[0] == said[1]
    assert list(tmp_path.iterdir()) == []
    _, pack = inspected.pack(tmp_path, Scope("journey", inspected.elsewhere.coi), viewer=viewer)
    with pack:
        assert len(pack.told("pack.json")["journeys"]) == 1


def test_of_a_lot_that_two_centres_have_each_sees_its_own_part(
    inspected: Inspected, tmp_path: Path, viewer: str
):
    made, pack = inspected.pack(tmp_path, Scope("batch", VECTOR), viewer=viewer, verify=True)
    with pack:
        about = pack.told("pack.json")
        everything = b"".join(pack.read(name) for name in sorted(pack.names)).decode(
            "utf-8", "replace"
        )
    assert [one["coi"] for one in about["journeys"]] == [inspected.elsewhere.coi]
    assert any(viewer in one for one in about["left_out"])
    for hidden in (inspected.whole, inspected.warm):
        assert hidden.coi not in everything
        assert str(hidden.referral.person) not in everything
        assert hidden.coi not in _text(made.paper)
    with pytest.raises(Refused, match="scope-empty"):
        inspected.pack(tmp_path, Scope("site", site=HERE), viewer=viewer)


def test_a_period_ends_just_before_its_last_moment(inspected: Inspected, tmp_path: Path):
    app = inspected.database.app
    opened = select(app, "SELECT min(occurred_at) FROM ledger")[0][0]
    before = select(app, "SELECT min(recorded_at) FROM ledger")[0][0]
    assert opened < before
    with pytest.raises(Refused, match="scope-empty"):
        inspected.pack(tmp_path, Scope("period", since=opened.replace(year=2019), until=opened))
    with pytest.raises(Refused, match="scope-backwards"):
        inspected.pack(tmp_path, Scope("period", since=opened, until=opened))
    with pytest.raises(Refused, match="organisation-unknown"):
        inspected.pack(tmp_path, Scope("site", site="NOBODY"))


def test_too_many_journeys_are_refused_and_a_summary_takes_them(
    inspected: Inspected, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(gather, "MOST", 1)
    with pytest.raises(Refused, match="scope-large") as refusal:
        inspected.pack(tmp_path, Scope("site", site=HERE))
    assert "--summary" in refusal.value.remedy
    made, pack = inspected.pack(tmp_path, Scope("site", site=HERE), summary=True)
    with pack:
        assert not [one for one in pack.names if one.startswith(("journeys/", "loggers/"))]
        journeys = {one["coi"] for one in pack.told("parts/timeline.json")}
    assert {inspected.whole.coi, inspected.warm.coi} <= journeys
    assert f"Journey {inspected.whole.coi}" not in _text(made.paper)
    monkeypatch.setattr(gather, "MOST_IN_SUMMARY", 1)
    with pytest.raises(Refused, match="scope-large"):
        inspected.pack(tmp_path, Scope("site", site=HERE), summary=True)


def _fields(database: Database, part: Part) -> set[str]:
    lists = ("journeys", "records", "holds", "accounts", "who", "as_what", "products", "sites")
    nothing: dict[str, Any] = {name: [] for name in lists}
    with psycopg.connect(database.application.replace("+psycopg", "")) as connection:
        found = table(connection, part, {**nothing, "late": None})
        return set(found.names)


def test_every_column_on_paper_is_made_of_fields_that_its_part_has(database: Database):
    for part in parts():
        row = dict.fromkeys(_fields(database, part), "x")
        assert part.columns, part.name
        for column in part.columns:
            assert "{" in column.made_of
            column.made_of.replace("[", "").replace("]", "").format_map(row)


def test_a_part_that_does_not_say_what_it_is_stops_the_start():
    head = "-- x: X\n-- Says: y\n-- Of: journeys\n"
    for text in ("SELECT 1", head, f"{head}-- Empty: z\n-- Column: wide\nSELECT 1"):
        with pytest.raises(ValueError, match=r"begins with|is no column"):
            read(text)


def test_who_treated_elsewhere_is_not_of_this_site(inspected: Inspected, tmp_path: Path):
    _, pack = inspected.pack(tmp_path, Scope("site", site=THERE))
    with pack:
        assert [one["coi"] for one in pack.told("pack.json")["journeys"]] == [
            inspected.elsewhere.coi
        ]


def test_the_first_page_tells_these_journeys_from_the_rest_of_the_record():
    """What does not hold elsewhere is said, and is not said of these."""

    def said(*, mine: int, told: int, elsewhere: int) -> str:
        record = {
            "invariants": [{"in_these_journeys": mine}],
            "violations": [{}] * (mine + told),
            "violations_elsewhere": elsewhere,
            "holds": not (mine or told),
        }
        return verdict({"journeys": {"holds": True}, "record": record})

    assert said(mine=1, told=0, elsewhere=0).startswith("THESE JOURNEYS DO NOT VERIFY")
    assert "OF THE RECORD AS A WHOLE, NOT ALL DOES: 2 violations" in said(
        mine=0, told=2, elsewhere=0
    )
    assert "Elsewhere in the record: 3 violations." in said(mine=0, told=0, elsewhere=3)
    assert said(mine=0, told=0, elsewhere=0).endswith("every invariant.")
