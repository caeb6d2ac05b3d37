"""Code stays small: no function over 40 lines, no file over 300, and every file says what it is."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("atmpflow", "models", "tasks", "flows", "deployments", "desk", "benchmarks")
GENERATED = ROOT / "models" / "migrations" / "versions"
LONGEST_FUNCTION, LONGEST_FILE = 40, 300
PROCESS_MAP = {ROOT / "atmpflow" / "pathways.py": 400}
"""The whole process as data stays in one place, which is worth a longer file."""

FILES = sorted(
    file
    for package in PACKAGES
    for file in (ROOT / package).rglob("*.py")
    if GENERATED not in file.parents
)


def _functions(tree: ast.AST) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno is not None
            yield node.name, node.end_lineno - node.lineno + 1


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_a_file_is_short_begins_with_its_purpose_and_has_short_functions(file: Path):
    text = file.read_text(encoding="utf-8")
    tree = ast.parse(text)
    assert len(text.splitlines()) <= PROCESS_MAP.get(file, LONGEST_FILE)
    assert [one for one in _functions(tree) if one[1] > LONGEST_FUNCTION] == []
    assert ast.get_docstring(tree), "the first line says what the file is for"


def test_most_functions_are_very_short():
    lengths = sorted(
        length
        for file in FILES
        for _, length in _functions(ast.parse(file.read_text(encoding="utf-8")))
    )
    assert lengths[len(lengths) // 2] <= 8
    assert lengths[len(lengths) * 9 // 10] < 25
