"""Which pages there are, where they lie, and writing them."""

from collections.abc import Callable, Iterator
from pathlib import Path

from desk.pages import commands, compliance, errors, pathways, products

DOCS = Path(__file__).parents[2] / "docs"

PAGES: dict[str, Callable[[], str]] = {
    "pathways.md": pathways.text,
    "commands.md": commands.text,
    "products.md": products.text,
    "errors.md": errors.text,
    "compliance.md": compliance.text,
}
"""Each page by its file name, with the function that gives its text."""


def stale() -> Iterator[str]:
    """The names of pages that are not as the code would write them now."""
    for name, text in PAGES.items():
        file = DOCS / name
        if not file.exists() or file.read_text(encoding="utf-8") != text():
            yield name


def write() -> list[str]:
    """Bring every page up to date; returns the names of those that were not."""
    names = list(stale())
    for name in names:
        (DOCS / name).write_text(PAGES[name](), encoding="utf-8")
    return names
