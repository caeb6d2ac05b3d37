"""A small project with tests that pass, fail and are skipped, and what it says it needs."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from desk.validation.sources import Control, Failure, Function, Hazard, Requirement, Sources, read

FILE = "tests/sample/test_sample.py"
SOURCE = """
import pytest

def test_right(): pass

@pytest.mark.parametrize("case", [1, 2])
def test_right_in_all_cases(case): pass

@pytest.mark.parametrize("case", [1, 2])
def test_wrong_in_one_case(case): assert case == 1

@pytest.mark.skip(reason="the data is not here")
def test_left_out(): pass

@pytest.mark.parametrize("case", [1, pytest.param(2, marks=pytest.mark.skip(reason="long"))])
def test_left_out_in_one_case(case): pass

@pytest.fixture
def broken(): raise RuntimeError

def test_whose_fixture_breaks(broken): pass

@pytest.mark.slow
def test_long(): pass

class TestInside:
    def test_right(self): pass
"""


def named(name: str) -> str:
    """The id of a test of the sample."""
    return f"{FILE}::{name}"


def make_project(root: Path) -> None:
    """The files of the sample."""
    folder = root / "tests" / "sample"
    folder.mkdir(parents=True)
    for package in (root / "tests", folder):
        (package / "__init__.py").touch()
    (root / FILE).write_text(SOURCE, encoding="utf-8")
    (root / "pyproject.toml").write_text(
        '[tool.pytest.ini_options]\nmarkers = ["slow: long"]\naddopts = "-m \'not slow\'"\n',
        encoding="utf-8",
    )


def run_tests(root: Path, results: Path, commit: str) -> None:
    """Run them as the gate does."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    options = ["-p", "no:cacheprovider", "-p", "no:randomly", f"--junitxml={results}"]
    subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *options, "-o", f"junit_suite_name={commit}"],
        cwd=root,
        env=ours,
        check=False,
        capture_output=True,
    )


def failure() -> Failure:
    return Failure(
        mode="it fails", effect="harm", severity="high", probability="low", detection="low",
        measure="a test",
    )  # fmt: skip


def function(**other: Any) -> Function:
    """A function in a file that there is."""
    said: dict[str, Any] = {
        "id": "FS-01", "title": "Sample", "text": "Does it.", "modules": (FILE,),
        "pages": (FILE,), "failure": (failure(),),
    }  # fmt: skip
    return Function(**{**said, **other})


def requirement(**other: Any) -> Requirement:
    """A requirement with a test that passes."""
    said: dict[str, Any] = {
        "id": "URS-001", "text": "It is right.", "source": "a law", "risk": "low",
        "functions": ("FS-01",), "tests": (named("test_right"),),
    }  # fmt: skip
    return Requirement(**{**said, **other})


def control(**other: Any) -> Control:
    """A control with a test that passes."""
    said: dict[str, Any] = {
        "id": "HAZ-01-C1", "text": "It is refused.", "tests": (named("test_right_in_all_cases"),),
    }  # fmt: skip
    return Control(**{**said, **other})


def hazard(**other: Any) -> Hazard:
    """A hazard of everything that may go wrong, controlled."""
    said: dict[str, Any] = {
        "id": "HAZ-01", "title": "All of it", "hazard": "It goes wrong.", "effect": "Harm.",
        "causes": ("chance",), "harms": ("H1", "H2", "H3", "H4", "H5"),
        "wrong": tuple(f"D{number}" for number in range(1, 13)), "severity_before": 4,
        "likelihood_before": 3, "severity_after": 4, "likelihood_after": 1,
        "residual": "None known.", "owner": "Somebody", "transferred": (),
        "control": (control(),),
    }  # fmt: skip
    return Hazard(**{**said, **other})


def sources(**other: Any) -> Sources:
    """What the sample needs: nothing in it is wrong."""
    statements = read().statements
    said: dict[str, Any] = {
        "requirements": (requirement(),), "functions": (function(),), "hazards": (hazard(),),
        "statements": statements.model_copy(update={"supplier": (), "deviation": ()}),
    }  # fmt: skip
    return Sources(**{**said, **other})
