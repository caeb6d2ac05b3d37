"""Which tests there are, and which of them are long: read from their files, without a run."""

import ast
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from desk.validation.sources import ROOT


@dataclass(frozen=True, slots=True)
class Tests:
    """Every test function of a file, and those of which no case is in the default run."""

    all: frozenset[str]
    slow: frozenset[str]


NONE = Tests(frozenset(), frozenset())


def is_there(test: str, root: Path = ROOT) -> bool:
    """Whether the file has a test of that name."""
    return _name(test) in _tests(root / _file(test)).all


def is_slow(test: str, root: Path = ROOT) -> bool:
    """Whether the whole test is marked as long, so that the default run leaves it out."""
    return _name(test) in _tests(root / _file(test)).slow


def _file(test: str) -> str:
    return test.partition("::")[0]


def _name(test: str) -> str:
    return test.rpartition("::")[2]


@cache
def _tests(file: Path) -> Tests:
    if not file.is_file():
        return NONE
    tree = ast.parse(file.read_text(encoding="utf-8"))
    found = [
        one for one in ast.walk(tree) if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    tests = [one for one in found if one.name.startswith("test_")]
    long = [one for one in tests if any(_marks_slow(mark) for mark in one.decorator_list)]
    names = frozenset(one.name for one in tests)
    whole = any(_marks_module(one) for one in tree.body)
    return Tests(names, names if whole else frozenset(one.name for one in long))


def _marks_slow(mark: ast.expr) -> bool:
    return ast.unparse(mark).startswith("pytest.mark.slow")


def _marks_module(statement: ast.stmt) -> bool:
    """`pytestmark = pytest.mark.slow`, alone or in a list."""
    if not isinstance(statement, ast.Assign):
        return False
    names = {one.id for one in statement.targets if isinstance(one, ast.Name)}
    return "pytestmark" in names and "pytest.mark.slow" in ast.unparse(statement.value)
