"""Labels that are not this journey's, and labels that were replaced: what can have happened."""

from typing import ClassVar, Literal
from uuid import UUID

from pydantic import Field

from atmpflow.codes.scan import ScannedCoi, ScannedUnit
from atmpflow.message import Content, Event, Text

Place = Literal["collection", "packing", "receipt", "manufacture", "preparation", "administration"]
Identifier = Literal["coi", "unit", "patient"]


class LabelMismatched(Event):
    """At a hand-over a readable label named another journey or unit: everything stops."""

    name: ClassVar = "label.mismatched"
    lasting: ClassVar = True

    place: Place
    differs: tuple[Identifier, ...]
    scanned_coi: Text
    scanned_unit: Text | None = None
    scanned_patient: Text | None = None


class Implicated(Content):
    """Which scan, of which other journey, read what is this journey's."""

    scanned_in: UUID
    seq: int
    read: tuple[Identifier, ...]


class JourneyImplicated(Event, Implicated):
    """This journey's label or wristband was read where another's belonged: it stops too."""

    name: ClassVar = "identity.implicated"
    lasting: ClassVar = True


class Relabelled(Content):
    unit: ScannedUnit = Field(title="Unit number", description="As on record")
    scanned_coi: ScannedCoi = Field(title="COI on the new label", description="As read from it")
    label: Text = Field(title="New label", description="Serial number of the new label")
    old_label: Text = Field(
        title="Old label", description="What can still be read of it, or 'unreadable'"
    )
    reason: Literal["unreadable", "damaged", "misprinted", "wrong-label"] = Field(title="Reason")


class RelabelProposed(Event, Relabelled):
    """The first of two people put a new label on a unit; it does not count yet."""

    name: ClassVar = "label.proposed"
    lasting: ClassVar = True

    person: Text


class UnitRelabelled(Event, Relabelled):
    """A second person found the new label right; the old one stays on record."""

    name: ClassVar = "unit.relabelled"
    lasting: ClassVar = True

    version: int = Field(ge=2)
    first: Text
    second: Text
