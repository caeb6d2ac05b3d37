"""A label that was read and is not this journey's: a hold, where a misread one is a refusal.

Whatever has right check characters, or has none to be checked by, is the label of something
else. What cannot be any label is a slip of scanner or hand, and is scanned again.
"""

from collections.abc import Iterable, Iterator

from atmpflow.codes import coi
from atmpflow.decisions.guard import require_right
from atmpflow.errors import Refused
from atmpflow.events.identity import Identifier, LabelMismatched, Place
from atmpflow.journey import Facts
from atmpflow.message import Command, Event

Differing = tuple[Identifier, str, str]
"""What differs, its field, and what was read."""


def mismatched(
    command: Command, facts: Facts, place: Place, *, units: Iterable[str] | None = None
) -> list[Event]:
    """The event that stops the journey when a scan of this command is another's; else none.

    `units` are those that the scanned unit must be among; none: no unit was scanned. Raises
    Refused `scan-unreadable` when what was read can be no label at all.
    """
    differing = list(_differing(command, facts, units))
    others = [one for one in differing if _readable(one)]
    if not others:
        _require_none(differing)
        return []
    read = {name: getattr(command, f"scanned_{name}", None) for name in ("coi", "unit", "patient")}
    return [
        LabelMismatched(
            place=place,
            differs=tuple(name for name, _, _ in differing),
            scanned_coi=str(read["coi"]),
            scanned_unit=read["unit"],
            scanned_patient=read["patient"],
        )
    ]


def _differing(command: Command, facts: Facts, units: Iterable[str] | None) -> Iterator[Differing]:
    expected: tuple[tuple[Identifier, Iterable[str]], ...] = (
        ("patient", (facts.coi,)),
        ("coi", (facts.coi,)),
        ("unit", tuple(units or ())),
    )
    for name, right in expected:
        scanned = getattr(command, f"scanned_{name}", None)
        if scanned is not None and scanned not in right:
            yield name, f"scanned_{name}", scanned


def _readable(differing: Differing) -> bool:
    """Can this be the label of something? A unit number typed has no check character."""
    name, _, scanned = differing
    if name == "unit":
        return not scanned.startswith("=")  # a scan that passed its check begins otherwise
    try:
        coi.check(scanned, "")
    except Refused:
        return False
    return True


def _require_none(differing: list[Differing]) -> None:
    require_right(
        not differing,
        "scan-unreadable",
        ", ".join(field for _, field, _ in differing),
        "What was read is no label of ours: a character is wrong or missing.",
        "Scan again. If the label cannot be read, two people replace it with relabel-unit.",
    )
