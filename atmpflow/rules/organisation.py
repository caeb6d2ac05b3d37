"""May an organisation's code be used? Known, in force on the day, and of the right kind."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from atmpflow.errors import Refused

KINDS = (
    "treatment-centre",
    "trust",
    "health-board",
    "university",
    "manufacturer",
    "courier",
    "coordinator",
)
"""What an organisation is to the network."""

REFERS = frozenset({"treatment-centre", "trust", "health-board"})
"""Kinds that may refer a patient."""

TREATS = frozenset({"treatment-centre"})
"""Kinds that may give a therapy."""


@dataclass(frozen=True, slots=True)
class Listed:
    """What the directory holds of an organisation; `closed` is its last day in force."""

    name: str
    kind: str
    opened: date | None = None
    closed: date | None = None
    successor: str | None = None

    @property
    def treats(self) -> bool:
        """Whether it is a treatment centre of the network."""
        return self.kind in TREATS


def usable(
    code: str,
    directory: Mapping[str, Listed],
    *,
    on: date,
    field: str,
    kinds: Collection[str] = KINDS,
) -> str:
    """The code, when it may be used on that day for one of `kinds`.

    A retired code is refused with its successor named, never replaced: whether the patient's care
    moved there is for the referrer to say. Raises Refused `organisation-unknown`,
    `organisation-not-open`, `organisation-closed` or `organisation-wrong-kind`.
    """
    listed = directory.get(code)
    if listed is None:
        raise _unknown(code, directory, field)
    if listed.opened is not None and on < listed.opened:
        message = f"{listed.name} ({code}) opened on {listed.opened}, after this day."
        raise Refused("organisation-not-open", field, message, "Give the code in force that day.")
    if listed.closed is not None and on > listed.closed:
        message = f"{listed.name} ({code}) closed on {listed.closed}."
        raise Refused("organisation-closed", field, message, _instead(listed, directory, on))
    if listed.kind not in kinds:
        message = f"{listed.name} ({code}) is a {listed.kind.replace('-', ' ')}."
        remedy = f"Give the code of a {' or '.join(sorted(kinds)).replace('-', ' ')}."
        raise Refused("organisation-wrong-kind", field, message, remedy)
    return code


def _unknown(code: str, directory: Mapping[str, Listed], field: str) -> Refused:
    # The code itself is not repeated: anything may have been typed into the field.
    message = "The directory does not know this code."
    remedy = "Give an ODS code of the network's directory."
    close = code.strip().upper()
    if close in directory:
        remedy = f"Write it as {close}."
    elif close[:3] in directory and close[3:].isalnum():
        message = "The directory does not know this code; it looks like a site's."
        remedy = f"Give the organisation's code if meant: {close[:3]}, {directory[close[:3]].name}."
    return Refused("organisation-unknown", field, message, remedy)


def _instead(closed: Listed, directory: Mapping[str, Listed], on: date) -> str:
    """The first successor still in force on that day, if the directory names one."""
    passed: set[str] = set()
    code = closed.successor
    while code is not None and code in directory and code not in passed:
        listed = directory[code]
        if listed.closed is None or on <= listed.closed:
            return f"If care moved there, give its successor: {code}, {listed.name}."
        passed.add(code)
        code = listed.successor
    return "Give the code of the organisation that took over the patient's care."
