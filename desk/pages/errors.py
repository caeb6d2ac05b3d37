"""docs/errors.md: every refusal there is, what it means and what would be right."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from desk.pages.markdown import cell, page, table
from desk.pages.refusals import Refusal, refusals

INTRODUCTION = """
A refusal names a stable **code**, the **field** it is about, what is **wrong** and what would be
**right**. It changes nothing. A refused command is kept and listed by `atmpflow rejected`. No
refusal repeats a name, a number or a date of birth.

`…` stands for what is filled in, such as a product or a time. Exit codes are in
[the command line](cli.md).
"""

AREAS = {
    "What was asked of a journey": ("atmpflow/decide.py", "atmpflow/decisions/", "models/"),
    "Referrals and what they name": ("tasks/intake/", "atmpflow/"),
    "Files, fields and the command line": ("tasks/", "desk/"),
    "The installation": ("deployments/",),
}
"""Sections with the beginnings of the files they hold; the first that fits has it."""


def _area(one: Refusal) -> str:
    return next(
        title
        for title, places in AREAS.items()
        if any(one.file.startswith(place) for place in places)
    )


def _row(code: str, ones: Sequence[Refusal]) -> tuple[str, ...]:
    files = sorted({one.file for one in ones})
    links = (f"[{file.rpartition('/')[2]}](../{file})" for file in files)
    return f"`{code}`", "<br>".join(_advice(ones)), "<br>".join(links)


def _advice(ones: Sequence[Refusal]) -> Iterator[str]:
    """What is wrong with what would be right; what has the same remedy stands together."""
    by_remedy = sorted(ones, key=lambda one: one.remedy)
    for remedy, same in groupby(by_remedy, key=lambda one: one.remedy):
        wrong = dict.fromkeys(one.message for one in same if one.message.strip("…. "))
        said = " ".join(wrong) or "The reasons are listed."
        yield cell(f"{said} → {remedy}" if remedy.strip("…. ") else said)


def _section(title: str, ones: Sequence[Refusal]) -> str:
    rows = (
        _row(code, list(same)) for code, same in groupby(sorted(ones), key=lambda one: one.code)
    )
    return f"## {title}\n\n{table(('Code', 'What is wrong → what would be right', 'File'), rows)}"


def text() -> str:
    """The page."""
    found = refusals()
    sections = (_section(title, [one for one in found if _area(one) == title]) for title in AREAS)
    return page("Errors", INTRODUCTION, *sections)
