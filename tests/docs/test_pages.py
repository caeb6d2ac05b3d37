"""The pages that are written from the code say what the code says."""

import ast
from pathlib import Path

import pytest

from atmpflow.commands import COMMANDS
from atmpflow.pathways import STAGE_NAMES
from atmpflow.products.catalogue import catalogue
from desk.pages import pathways
from desk.pages.book import DOCS, PAGES, stale, write
from desk.pages.markdown import cell, table
from desk.pages.refusals import Refusal, Search, codes, refusals
from desk.pages.source import Function, functions, spoken
from models.rejection import CONSTRAINTS


def searched(source: str) -> list[Refusal]:
    """The refusals of one made-up file, with nothing else of ours known."""
    found = []
    for node in ast.parse(source).body:
        assert isinstance(node, ast.FunctionDef)
        calls = [
            (one, {"REMEDY": ast.Constant("Stop.")})
            for one in ast.walk(node)
            if isinstance(one, ast.Call)
        ]
        found.append(Function("made_up.py", node, tuple(calls)))
    return list(Search(found).found())


def test_every_page_is_as_the_code_would_write_it() -> None:
    assert list(stale()) == [], "run: bin/uv run python -m desk.pages"


def test_writing_mends_a_page_that_somebody_edited(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    some = {name: PAGES[name] for name in ("pathways.md", "products.md")}
    for name in some:
        (tmp_path / name).write_text((DOCS / name).read_text())
    (tmp_path / "products.md").write_text("edited")
    monkeypatch.setattr("desk.pages.book.DOCS", tmp_path)
    monkeypatch.setattr("desk.pages.book.PAGES", some)
    assert write() == ["products.md"]
    assert list(stale()) == []


def test_every_command_stage_and_product_has_its_place() -> None:
    commands, ways, products = (
        (DOCS / name).read_text() for name in ("commands.md", "pathways.md", "products.md")
    )
    for name in COMMANDS:
        assert f"### {name}\n" in commands or f"| `{name}` |" in commands
    for spec in catalogue().values():
        assert f"### {spec.name}\n" in products
        assert spec.name in ways
    for name in STAGE_NAMES:
        assert name in {stage for members in pathways.PARTS.values() for stage in members}


def test_every_constraint_that_is_explained_is_among_the_errors() -> None:
    assert {row[0] for row in CONSTRAINTS.values()} <= {one.code for one in refusals()}


def test_no_call_of_refused_in_our_code_is_left_out() -> None:
    """Every literal code that stands first in a call of Refused is on the page."""
    listed = {one.code for one in refusals()}
    for function in functions():
        for call, _ in function.calls:
            first = call.args[0] if call.args else None
            is_refused = isinstance(call.func, ast.Name) and call.func.id == "Refused"
            if is_refused and isinstance(first, ast.Constant):
                assert first.value in listed


def test_a_refusal_is_found_with_its_sentence_and_its_remedy() -> None:
    source = "def f():\n raise Refused('too-late', 'at', f'Late by {m} min.', REMEDY)"
    assert searched(source) == [Refusal("too-late", "Late by … min.", "Stop.", "made_up.py")]


def test_a_refusal_that_is_passed_through_another_function_is_found_where_it_is_said() -> None:
    source = (
        "def _no(code, what):\n raise Refused(code, '', f'The {what} differs.', 'Look again.')\n"
        "def seal(): _no('seal-differs', 'seal')"
    )
    assert searched(source) == [
        Refusal("seal-differs", "The seal differs.", "Look again.", "made_up.py")
    ]


def test_a_refusal_given_as_further_arguments_is_found() -> None:
    source = (
        "def sure(right, *said):\n raise Refused(*said)\n"
        "def f(a, b): sure(a < b, 'not-less', 'a', 'Too much.', 'Give less.')"
    )
    assert searched(source) == [Refusal("not-less", "Too much.", "Give less.", "made_up.py")]


def test_a_choice_between_two_codes_gives_both() -> None:
    node = ast.parse("'first-one' if x else 'second-one'", mode="eval").body
    assert list(codes(node, {})) == ["first-one", "second-one"]


def test_a_code_that_cannot_be_told_stops_the_writing() -> None:
    with pytest.raises(LookupError, match="which code is made_up"):
        list(codes(ast.Name("made_up"), {}))


def test_what_is_filled_in_is_not_guessed() -> None:
    node = ast.parse("'At ' + str(now) if late else 'x'", mode="eval").body
    assert spoken(node, {}) == "At "
    assert spoken(ast.parse("f'{a.b} of {c}'", mode="eval").body, {}) == "… of …"


def test_text_cannot_break_out_of_its_cell() -> None:
    drawn = table(["a"], [[cell("x | <b>\n*y*")]])
    assert drawn.splitlines()[-1] == r"| x \| &lt;b> \*y\* |"
