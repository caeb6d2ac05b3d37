"""Markdown as the pages need it: tables, and text that cannot break out of a cell."""

from collections.abc import Iterable, Sequence

WRITTEN = "<!-- Written from the code by `python -m desk.pages`; edit the code, not this page. -->"


def cell(text: str) -> str:
    """Text on one line that neither ends its cell nor starts a tag or a piece of mathematics."""
    for mark, safe in (("|", r"\|"), ("<", "&lt;"), ("*", r"\*"), ("\n", " ")):
        text = text.replace(mark, safe)
    return text.strip()


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of cells that are Markdown already; empty text when there is no row."""
    lines = [" | ".join(row) for row in rows]
    if not lines:
        return ""
    head = " | ".join(columns)
    rule = " | ".join("---" for _ in columns)
    return "\n".join(f"| {line} |" for line in (head, rule, *lines))


def page(title: str, *parts: str) -> str:
    """A whole page; empty parts are left out."""
    return "\n\n".join(part.strip() for part in (WRITTEN, f"# {title}", *parts) if part) + "\n"


def code(words: Iterable[str]) -> str:
    """Words as code, with commas between."""
    return ", ".join(f"`{word}`" for word in words)
