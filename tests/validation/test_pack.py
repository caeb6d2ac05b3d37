"""A pack is whole, says what was not done, and is looked at as its reader would."""

import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pypdfium2
import pytest

from atmpflow.errors import Refused
from desk.validation.audit import not_asked
from desk.validation.bill import Bill
from desk.validation.configuration import configuration
from desk.validation.files import PAPER, new_folder, tables, write
from desk.validation.further import measure
from desk.validation.installation import Installation, install
from desk.validation.journeys import Journey, Script, perform
from desk.validation.pack import Pack, open_points
from desk.validation.paper import printed
from desk.validation.release import release
from desk.validation.results import Result, Run
from desk.validation.sources import read
from desk.validation.trace import problems

PARTS = (
    "Intended use and category", "Validation plan", "User requirements specification",
    "Functional risk assessment", "Clinical safety: hazard log (DCB0129)",
    "Functional specification", "Configuration specification", "Traceability matrix",
    "Installation qualification report", "Operation qualification report",
    "Performance qualification report", "Supplier assessments", "Bill of materials",
    "Known vulnerabilities", "Deviations and known limits", "Periodic review",
    "Summary and signatures", "Annex A: every test",
)  # fmt: skip


@pytest.fixture(scope="module")
def installed() -> Installation:
    """This installation, with a fresh database."""
    return install()


@pytest.fixture(scope="module")
def pack(installed: Installation) -> Pack:
    """A pack for which no test was run, no journey played and nobody asked."""
    sources = read()
    document = {"components": [], "dependencies": []}
    return Pack(
        release(), sources, None, tuple(problems(sources, None)), configuration(), installed, (),
        "none", Bill(document, ()), not_asked(), tuple(measure(())),
    )  # fmt: skip


def all_passed(pack: Pack) -> Run:
    """As if each test that is named had passed in this very commit."""
    tests = {test for _, one in pack.sources.tried() for test in one.tests}
    results = {test: Result(test, passed=1, seconds=0.5) for test in tests}
    return Run(pack.release.commit, "2026-11-28T12:00:00", results)


@dataclass(frozen=True)
class Printed:
    """The paper and the other files, in a folder."""

    folder: Path
    pages: Sequence[str]

    @property
    def text(self) -> str:
        return "\n".join(self.pages)


@pytest.fixture(scope="module")
def made(pack: Pack, tmp_path_factory: pytest.TempPathFactory) -> Printed:
    """The pack as it is written."""
    folder = new_folder(tmp_path_factory.mktemp("pack") / "new")
    write(folder, {**tables(pack), PAPER: printed(pack)}, pack)
    paper = pypdfium2.PdfDocument((folder / PAPER).read_bytes())
    return Printed(folder, [page.get_textpage().get_text_bounded() for page in paper])


def test_a_pack_holds_every_part_and_says_what_was_not_done(made: Printed):
    contents = made.text.replace("\r", "")
    assert [part for part in PARTS if contents.count(part) < 2] == []
    for said in (
        "NOT DONE: no results were given", "Operation was not qualified", "Not done for this pack.",
        "NOT DONE. Not asked. This is no clean result.", "not run", "For signature",
    ):  # fmt: skip
        assert said in contents, said


def test_every_requirement_function_hazard_and_deviation_is_printed(made: Printed, pack: Pack):
    ids = [of for of, _ in pack.sources.tried() if of.startswith("URS")]
    ids += [one.id for one in pack.sources.functions]
    ids += [one.id for one in pack.sources.hazards]
    ids += [one.id for one in pack.sources.statements.deviation]
    assert [of for of in ids if of not in made.text] == []


def test_the_paper_names_release_commit_and_lock_file(made: Printed, pack: Pack):
    front = "".join(made.pages[0].split())
    assert pack.release.commit in front
    assert pack.release.lock_sha256 in front
    assert all(pack.release.commit in page for page in made.pages)


def test_what_stands_open_is_in_the_summary(made: Printed, pack: Pack):
    summary = made.text[made.text.rindex("Summary and signatures") :]
    for part, _ in open_points(pack):
        assert part in summary


def test_the_manifest_has_the_digest_of_every_file(made: Printed):
    manifest = json.loads((made.folder / "manifest.json").read_text(encoding="utf-8"))
    there = {one.name for one in made.folder.iterdir()}
    assert there == {*manifest["files"], "manifest.json", "SHA256SUMS"}
    for name, digest in manifest["files"].items():
        assert sha256((made.folder / name).read_bytes()).hexdigest() == digest
    lines = (made.folder / "SHA256SUMS").read_text(encoding="ascii").splitlines()
    sums = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    assert set(sums) == there - {"SHA256SUMS"}
    for name, digest in sums.items():
        assert sha256((made.folder / name).read_bytes()).hexdigest() == digest


def test_traceability_for_machines_has_a_line_for_each_test(made: Printed, pack: Pack):
    with (made.folder / "traceability.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    named = [(of, test) for of, one in pack.sources.tried() for test in (*one.tests, *one.slow)]
    assert sorted((row["id"], row["test"]) for row in rows) == sorted(named)
    assert {row["outcome"] for row in rows} == {"not run"}
    told: list[Any] = json.loads((made.folder / "traceability.json").read_text(encoding="utf-8"))
    assert {one["id"] for one in told} == {of for of, _ in pack.sources.tried()}


def test_no_pack_is_written_over_another(made: Printed):
    with pytest.raises(Refused) as refused:
        new_folder(made.folder)
    assert refused.value.code == "folder-not-empty"


def test_a_fresh_installation_has_its_guards(installed: Installation):
    states = {one.name: one.state for one in installed.checks}
    for name in ("postgresql", "schema", "grants", "triggers", "identity-key", "reference-data"):
        assert states[name] == "ok"
    assert ("public.ledger", "insert, select") in installed.guards.rights
    assert {role for role, *_ in installed.guards.roles} >= {"atmpflow_app", "atmpflow_owner"}
    assert not any(superuser for _, _, superuser, *_ in installed.guards.roles)
    kinds = {kind for schema, kind, _ in installed.guards.constraints if schema == "public"}
    assert {"exclusion", "foreign key", "unique", "check"} <= kinds


ENDED = Script(
    command="atmpflow demo",
    exit_code=0,
    seconds=9.0,
    journeys=(Journey("ATF", "kymriah", "autologous", "follow_up", 50),),
    verified=True,
    invariants=20,
)


def whole(pack: Pack) -> Pack:
    """One in which nothing but this working copy can stand open."""
    right = [replace(check, state="ok") for check in pack.installation.checks]
    asked = replace(not_asked(), state="asked")
    run = all_passed(pack)
    return replace(
        pack, run=run, problems=tuple(problems(pack.sources, run)), scripts=(ENDED,), audit=asked,
        installation=replace(pack.installation, checks=tuple(right)),
    )  # fmt: skip


def test_where_everything_was_done_nothing_but_the_working_copy_stands_open(pack: Pack):
    assert [part for part, _ in open_points(whole(pack)) if part != "Release"] == []


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"run": None}, "Operation"),
        ({"run": Run("another", "", {})}, "Operation"),
        ({"scripts": ()}, "Performance"),
        ({"scripts": (replace(ENDED, exit_code=1),)}, "Performance"),
        ({"scripts": (replace(ENDED, verified=False),)}, "Performance"),
        ({"scripts": (replace(ENDED, journeys=()),)}, "Performance"),
        ({"audit": not_asked()}, "Vulnerabilities"),
        ({"bill": Bill({"components": []}, ("broken",))}, "Bill of materials"),
    ],
)
def test_whatever_was_not_done_or_not_right_stands_open(
    pack: Pack, change: dict[str, Any], part: str
):
    assert part in {one for one, _ in open_points(replace(whole(pack), **change))}


def test_a_secret_of_a_setting_is_never_shown(monkeypatch: pytest.MonkeyPatch):
    for name in ("ATMPFLOW_DATABASE_URL", "ATMPFLOW_DIGEST_SMTP", "ATMPFLOW_SIGNATURE"):
        monkeypatch.setenv(name, "postgresql://somebody:hunter2@nowhere/x")
    monkeypatch.setenv("ATMPFLOW_DIGEST_FOLDER", "/somewhere")
    said = configuration()
    assert "hunter2" not in str(said)
    values = {name: value for name, _, value in said.settings}
    assert values["ATMPFLOW_DATABASE_URL"] == "set, not shown"
    assert values["ATMPFLOW_DIGEST_FOLDER"] == "/somewhere"
    assert len(said.products) >= 14


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_story_is_played_and_its_record_verified():
    pathways, story = perform(["recall"], None)
    assert pathways.right
    assert {one.pathway for one in pathways.journeys} >= {"autologous", "in_vivo"}
    assert story.right
    assert story.invariants >= 19
    assert story.said
