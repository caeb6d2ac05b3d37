"""Collection of the starting material: what can have happened."""

from typing import ClassVar, Literal

from pydantic import Field, model_validator

from atmpflow.codes.scan import ScannedCoi, ScannedUnit, ScannedWristband, agreeing
from atmpflow.events.admission import Objection
from atmpflow.message import Content, Event, Text, Utc


class Scanned(Content):
    """A unit's label read at a hand-over: both identifiers, never one."""

    scanned_unit: ScannedUnit = Field(
        title="Scanned unit", description="Unit number on the bag or kit"
    )
    scanned_coi: ScannedCoi = Field(
        title="Scanned COI", description="Chain-of-identity id on the label"
    )

    _one_label = model_validator(mode="before")(agreeing)


class Collected(Content):
    scanned_coi: ScannedWristband = Field(
        title="Scanned COI", description="Chain-of-identity id on the wristband"
    )
    second_identifier: Literal["name", "birth-date", "nhs-number"] = Field(
        title="Second identifier",
        description="Which was also checked: name, birth-date or nhs-number",
    )
    unit: Text = Field(title="Unit number", description="ISBT 128 donation number of the bag")
    volume_ml: float = Field(gt=0, le=2000, title="Volume", description="Millilitres")
    started_at: Utc = Field(title="Collection started")
    ended_at: Utc = Field(title="Collection ended")


class CollectionCompleted(Event, Collected):
    name: ClassVar = "collection.completed"

    expires_at: Utc


class Counted(Content):
    count: float = Field(ge=0, title="Count", description="In the product's own measure")
    viability_pct: float = Field(ge=0, le=100, title="Viability", description="Per cent")


class MaterialTested(Event, Counted):
    name: ClassVar = "material.tested"


class MaterialAccepted(Event):
    name: ClassVar = "material.accepted"


class CollectionShort(Event):
    name: ClassVar = "collection.short"

    objections: tuple[Objection, ...]
