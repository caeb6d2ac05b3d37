"""An archive: whole or noticed, the same again, safe to open in a spreadsheet, nobody's name."""

import csv
import io
import json
import shutil
import zipfile
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.inspection.archive import MANIFEST, SUMS, Archive, faults
from desk.inspection.tables import FORMULA, csv_rows, json_rows
from models.inspection.scope import Scope
from tasks import clock
from tests.inspection.conftest import CANARIES, NOON, DrawnOnce, Inspected
from tests.models.rows import select
from tests.papers.test_paper import words


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """A small archive."""
    file = tmp_path / "pack.zip"
    with Archive(file) as made:
        made.add("pack.json", [b"{}"])
        made.add("parts/doses.json", [b"[\n", b'{"dose": 1, "volume_ml": 50}', b"\n]\n"])
        made.add("loggers/abc", [bytes(range(256)) * 40])
        made.close({"atmpflow": "x"})
    return file


def test_a_whole_archive_has_no_fault_and_its_sums_are_those_that_any_tool_checks(archive: Path):
    assert faults(archive) == []
    with zipfile.ZipFile(archive) as unpacked:
        lines = unpacked.read(SUMS).decode().splitlines()
        sums = {name: digest for digest, name in (line.split("  ") for line in lines)}
        assert set(sums) == set(unpacked.namelist()) - {SUMS}
        for name, digest in sums.items():
            assert sha256(unpacked.read(name)).hexdigest() == digest


def _contents(archive: Path) -> dict[str, bytes] | None:
    """What is read from an archive; nothing where it cannot be read."""
    try:
        with zipfile.ZipFile(archive) as unpacked:
            return {name: unpacked.read(name) for name in unpacked.namelist()}
    except Exception:
        return None


def test_a_flipped_byte_is_noticed_wherever_it_changes_what_is_read(archive: Path):
    """Some bits of a packed file mean nothing; the paper has the digest of all of them."""
    right = _contents(archive)
    with zipfile.ZipFile(archive) as unpacked:
        places = [
            range(start := one.header_offset + 30 + len(one.filename), start + one.compress_size)
            for one in unpacked.infolist()
        ]
    whole = archive.read_bytes()
    noticed = tried = 0
    for place in places:
        for at in place[:: max(1, len(place) // 40)]:
            archive.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
            assert faults(archive) or _contents(archive) == right, f"byte {at}"
            noticed += bool(faults(archive))
            tried += 1
    assert noticed > tried * 0.95
    archive.write_bytes(whole)
    assert faults(archive) == []


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        ({"parts/doses.json": b"[]\n"}, "parts/doses.json is not what the manifest says"),
        ({"parts/doses.json": None}, "parts/doses.json is missing"),
        ({"more.json": b"[]"}, "more.json is in no manifest"),
        ({SUMS: b""}, f"{SUMS} does not say what the manifest says"),
    ],
)
def test_what_was_changed_with_a_right_checksum_of_the_zip_is_noticed(
    archive: Path, changed: dict[str, bytes | None], found: str
):
    with zipfile.ZipFile(archive) as whole:
        members = {name: whole.read(name) for name in whole.namelist()}
    with zipfile.ZipFile(archive, "w") as other:
        for name, content in (members | changed).items():
            if content is not None:
                other.writestr(name, content)
    assert faults(archive) == [found]


def test_what_is_no_archive_is_said_to_be_none(tmp_path: Path):
    file = tmp_path / "x.zip"
    for content in (b"", b"PK\x03\x04", b"a letter"):
        file.write_bytes(content)
        assert faults(file)


cells = st.one_of(
    st.none(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.booleans(),
    st.text(st.characters(exclude_categories=["Cs"])),
    st.text(alphabet="=+-@\t\r\n1A(),'\" "),
)  # fmt: skip


@given(st.lists(st.tuples(cells, cells), max_size=6))
def test_no_cell_of_a_csv_is_a_formula_and_the_json_has_what_was_recorded(
    rows: list[tuple[object, object]],
):
    text = b"".join(csv_rows(("a", "b"), rows)).decode("utf-8-sig")
    head, *read = list(csv.reader(io.StringIO(text, newline="")))
    assert head == ["a", "b"]
    assert len(read) == len(rows)
    for row, back in zip(rows, read, strict=True):
        for value, cell in zip(row, back, strict=True):
            number = isinstance(value, int | float) and not isinstance(value, bool)
            assert number or cell[:1] not in FORMULA
            if number:
                assert float(cell) == float(value)
            if isinstance(value, str):
                assert cell in (value, f"'{value}")
    told = json.loads(b"".join(json_rows(("a", "b"), rows)))
    assert [(one["a"], one["b"]) for one in told] == rows


def test_a_temperature_below_zero_is_still_a_number():
    text = b"".join(csv_rows(("lowest_c", "reason"), [(-151.5, "-2+3")])).decode("utf-8-sig")
    assert text.splitlines() == ["lowest_c,reason", "-151.5,'-2+3"]


def test_the_same_record_at_the_same_moment_gives_the_same_bytes(
    inspected: Inspected, drawn_once: DrawnOnce, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(clock, "wall", lambda: NOON)
    scope = Scope("batch", inspected.batch)
    first, one = inspected.pack(tmp_path, scope)
    drawn = dict(drawn_once.drawn)
    drawn_once.drawn.clear()
    second, other = inspected.pack(tmp_path, scope)
    assert drawn_once.drawn
    assert drawn.items() >= drawn_once.drawn.items()
    one.__exit__()
    other.__exit__()
    assert first.archive.read_bytes() == second.archive.read_bytes()
    shutil.copy(first.archive, second.archive)
    assert first.archive_sha256 == second.archive_sha256


def test_an_unchanged_record_has_the_same_content_whenever_the_pack_is_made(
    inspected: Inspected, tmp_path: Path
):
    scope = Scope("journey", inspected.warm.coi)
    later = NOON.replace(year=NOON.year + 1)
    _, one = inspected.pack(tmp_path, scope)
    _, other = inspected.pack(tmp_path, scope, made_at=later, made_by="somebody-else")
    with one, other:
        assert one.told("pack.json") != other.told("pack.json")
        said = one.told(MANIFEST)["content_sha256"]
        assert said == other.told(MANIFEST)["content_sha256"]
        differ = {name for name in one.names if one.read(name) != other.read(name)}
    assert differ == {"pack.json", "verification.json", MANIFEST, SUMS}


FILES = (
    "SELECT encode(f.sha256, 'hex'), f.content FROM logger_file f"
    " JOIN shipment s ON s.id = f.shipment_id WHERE s.journey_id = %s"
)


def test_loggers_files_are_there_byte_for_byte(inspected: Inspected, tmp_path: Path):
    files = select(inspected.database.app, FILES, inspected.warm.journey)
    _, pack = inspected.pack(tmp_path, Scope("journey", inspected.warm.coi))
    with pack:
        listed = {one["sha256"] for one in pack.told("parts/logger_files.json")}
        for digest, content in files:
            assert pack.read(f"loggers/{digest}") == content
            assert sha256(content).hexdigest() == digest
        assert listed == {digest for digest, _ in files}
        assert len(files) == 2


def test_nothing_in_a_pack_tells_who_the_patient_is(inspected: Inspected, tmp_path: Path):
    made, pack = inspected.pack(tmp_path, Scope("site", site="R0A"), verify=True)
    said = [*CANARIES, inspected.nhs_number]
    spaced = f"{said[-1][:3]} {said[-1][3:6]} {said[-1][6:]}"
    with pack:
        assert str(inspected.whole.referral.person) in pack.read("parts/journeys.json").decode()
        for name in sorted(pack.names):
            content = pack.read(name).decode("utf-8", "replace").casefold()
            assert not [one for one in (*said, spaced) if one.casefold() in content], name
            assert not [one for one in said if one.casefold() in name.casefold()]
    paper = "\n".join(words(made.paper.read_bytes())).casefold()
    assert not [one for one in (*said, spaced) if one.casefold() in paper]
