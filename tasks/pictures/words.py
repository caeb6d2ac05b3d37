"""What is said beside the picture of a leg, in words; names no person."""

from collections.abc import Sequence
from datetime import timedelta
from textwrap import wrap

from atmpflow.events.shipment import Cited
from atmpflow.products.spec import Band
from tasks.pictures.leg import LegPicture
from tasks.pictures.paper import both, utc

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
"""Of the hand-overs, in turn."""

LISTED = 6
"""So many excursions and gaps are listed, the longest; all are drawn."""


def minutes(one: Cited) -> float:
    """How long a stretch lasted, from its first reading to its last."""
    return (one.until - one.since) / timedelta(minutes=1)


def band_said(band: Band) -> str:
    """A band with a real minus sign."""
    high = f"{band.high_c:g} °C"
    said = f"at or below {high}" if band.low_c is None else f"{band.low_c:g} to {high}"
    return said.replace("-", "−")


def said_beside(picture: LegPicture) -> list[str]:
    """What stands beside the plot, line by line: hand-overs, what was found, what was decided."""
    marks = zip(LETTERS, picture.marks, strict=False)
    lines: list[str] = []
    for letter, mark in marks:
        lines += [f"{letter}  {both(mark.at)}", *_lines(mark.said, "     ")]
    lines += ["", *_found(picture.found), ""]
    for words in picture.decided:
        lines += _lines(words, "")
    return lines


def _lines(words: str, before: str) -> list[str]:
    room = 52 - len(before)
    return wrap(
        words, room, initial_indent=before, subsequent_indent=before, break_on_hyphens=False
    )


def _found(found: Sequence[Cited]) -> list[str]:
    if not found:
        return ["No excursion and no gap."]
    longest = sorted(found, key=minutes, reverse=True)[:LISTED]
    lines = [_one(one) for one in sorted(longest, key=lambda one: one.since)]
    left = len(found) - len(lines)
    return [*lines, f"and {left} shorter ones"] if left else lines


def _one(one: Cited) -> str:
    what = {"excursion": "Excursion", "gap": "Gap", "lost": "Sensor lost"}[one.kind]
    worst = "" if one.worst_c is None else f", to {one.worst_c:g} °C".replace("-", "−")
    return f"{what} {utc(one.since)} UTC, {round(minutes(one), 1):g} min{worst}"
