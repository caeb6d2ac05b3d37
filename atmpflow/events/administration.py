"""Conditioning and administration: what can have happened."""

from typing import ClassVar, Literal

from pydantic import Field

from atmpflow.codes.scan import ScannedWristband
from atmpflow.events.admission import Objection
from atmpflow.events.collection import Scanned
from atmpflow.message import Content, Event, Text, Utc

Phase = Literal["preparation", "administration"]


class ConditioningCleared(Event):
    name: ClassVar = "conditioning.cleared"


class ConditioningBlocked(Event):
    name: ClassVar = "conditioning.blocked"
    lasting: ClassVar = True

    objections: tuple[Objection, ...]


class ConditioningStarted(Event):
    name: ClassVar = "conditioning.started"

    regimen: Text


class ConditioningCompleted(Event):
    name: ClassVar = "conditioning.completed"


class AdministrationCleared(Event):
    name: ClassVar = "administration.cleared"

    dose: int


class AdministrationBlocked(Event):
    name: ClassVar = "administration.blocked"
    lasting: ClassVar = True

    objections: tuple[Objection, ...]


class Prescribed(Content):
    dose: int = Field(ge=1, title="Dose number")
    quantity: float = Field(gt=0, title="Quantity", description="In the product's unit")
    weight_kg: float | None = Field(default=None, gt=0, le=350, title="Weight", description="kg")
    tocilizumab_on_site: int = Field(default=0, ge=0, title="Tocilizumab doses on site")


class DosePrescribed(Event, Prescribed):
    name: ClassVar = "dose.prescribed"


class Checked(Scanned):
    dose: int = Field(ge=1, title="Dose number")
    phase: Phase = Field(title="Before", description="preparation (thaw) or administration")
    scanned_patient: ScannedWristband = Field(
        title="Scanned wristband", description="Chain-of-identity id on the patient's wristband"
    )


class IdentityChecked(Event, Checked):
    name: ClassVar = "identity.checked"

    checker: Text


class IdentityMismatched(Event, Checked):
    name: ClassVar = "identity.mismatched"
    lasting: ClassVar = True

    checker: Text


class PreparationIdentityConfirmed(Event):
    name: ClassVar = "identity.confirmed_before_preparation"

    first: Text
    second: Text


class AdministrationIdentityConfirmed(Event):
    name: ClassVar = "identity.confirmed_before_administration"

    first: Text
    second: Text


class Prepared(Scanned):
    began_at: Utc = Field(
        title="Clock started at", description="Left the vapour phase, was drawn up, or was opened"
    )


class ProductThawed(Event, Prepared):
    name: ClassVar = "product.thawed"


class DosePrepared(Event, Prepared):
    name: ClassVar = "dose.prepared"


class Administered(Scanned):
    dose: int = Field(ge=1, title="Dose number")
    scanned_patient: ScannedWristband = Field(title="Scanned wristband")
    volume_ml: float = Field(gt=0, le=2000, title="Volume given", description="Millilitres")
    started_at: Utc = Field(title="Started at")
    ended_at: Utc = Field(title="Ended at")


class DoseAdministered(Event, Administered):
    name: ClassVar = "dose.administered"
    lasting: ClassVar = True

    first_checker: Text
    second_checker: Text


class TreatmentCompleted(Event):
    name: ClassVar = "treatment.completed"

    doses: int
