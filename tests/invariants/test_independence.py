"""The checker shares no code with the engine, and says of each invariant what it proves."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import models.invariants
from models.invariants.statement import invariants, read

FOLDER = Path(str(models.invariants.__file__)).parent
LIBRARIES = {"cryptography", "platformdirs", "psycopg", "rfc8785"}


def _imported(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "a relative import hides where code comes from"
            yield str(node.module)


def test_nothing_of_the_engine_is_imported():
    names = {name for file in FOLDER.glob("*.py") for name in _imported(file)}
    foreign = {name for name in names if not name.startswith("models.invariants")}
    assert {name.partition(".")[0] for name in foreign} <= LIBRARIES | sys.stdlib_module_names


def test_all_twenty_and_liveness_are_there_once_and_in_order():
    numbers = [f"{number:02d}" for number in range(1, 21)]
    assert [one.number for one in invariants()] == [*numbers, "L1"]


def test_each_file_is_named_by_its_number():
    for file in FOLDER.glob("*.sql"):
        assert file.name.startswith(f"{read(file.read_text(encoding='utf-8')).number}_")


def test_what_cannot_be_checked_at_all_says_why():
    assert all(one.query or one.not_yet for one in invariants())
    assert [one.number for one in invariants() if not one.query] == []


@pytest.mark.parametrize(
    "text", ["SELECT 1", "-- 01\n-- Source: x\n-- Proves: y", "-- 01 name\n-- Proves: y"]
)
def test_a_file_that_does_not_say_what_it_proves_is_refused(text: str):
    with pytest.raises(ValueError, match=r"invariant"):
        read(text)


def test_a_header_goes_on_over_several_lines():
    head = "-- 21 new\n-- Source: a\n--   b\n-- Proves: c\n-- Beyond: f\n-- Not yet: d\n--   e\n"
    one = read(f"{head}SELECT 1")
    assert (one.number, one.name, one.source, one.proves, one.beyond, one.not_yet) == (
        "21", "new", "a b", "c", "f", "d e",
    )  # fmt: skip
    assert one.query
