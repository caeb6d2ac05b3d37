"""The list of planted bugs fits the present sources, so that it cannot rot."""

import ast
from pathlib import Path

import pytest

from tests.copies import ROOT
from tests.planted.bugs import Bug, bugs

BUGS = bugs()


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_a_planted_bug_still_applies_and_its_tests_exist(bug: Bug):
    file = ROOT / bug.file
    changed = bug.planted(file.read_text(encoding="utf-8"))
    assert bug.old != bug.new
    if file.suffix == ".py":
        ast.parse(changed)
    assert bug.tests
    assert all((ROOT / test).exists() for test in bug.tests)
    assert bug.harm


def test_there_are_many_of_them_and_each_is_its_own():
    assert len(BUGS) >= 30
    assert len({bug.name for bug in BUGS}) == len(BUGS)
    assert len({(bug.file, bug.old, bug.new) for bug in BUGS}) == len(BUGS)


def test_a_bug_whose_old_text_is_gone_is_an_error():
    gone = Bug("gone", "a.py", "x == 1", "x == 2", "none", ("tests",))
    with pytest.raises(ValueError, match="stands 0 times"):
        gone.planted("y == 1")
    with pytest.raises(ValueError, match="stands 2 times"):
        gone.planted("x == 1 or x == 1")


def test_no_bug_is_planted_here():
    """The command works on a copy; whatever it does, these sources stay as they are."""
    assert all(bug.old in Path(ROOT, bug.file).read_text(encoding="utf-8") for bug in BUGS)
